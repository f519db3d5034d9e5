"""Points of the CIS benchmark that docs/cis.md calls met, or not, as the real kubeadm's dry run leaves them."""

import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from plan.cluster.hardening import CIPHERS
from plan.model import VirtualMachine
from rehearsal.tools import ToolMissing, path_of
from tests.conformance.cloud_init.test_kubeadm import KUBEADM_FILE, PATCH, approved, file_of
from tests.plan.cloud_init import high_availability, machine_of, user_data
from tests.plan.cluster.cis import claims

__all__ = ["approved"]
PHASES = (
    ("control-plane", "all"), ("etcd", "local"), ("kubelet-start",), ("certs", "all"), ("kubeconfig", "all"),
)  # fmt: skip
SHOWN_BY_NO_FILE = {
    *("1.1.9", "1.1.10"), *("3.1.1", "3.1.2", "3.1.3"), *("4.1.1", "4.1.2", "4.1.3", "4.1.4"),
}  # fmt: skip
"""Points of sections 1 to 4 that are about people, or about files of packages and charts."""


class Made(NamedTuple):
    """Files that the dry run leaves."""

    folder: Path
    flags: Mapping[str, Mapping[str, str]]
    """Of each part of the control plane, without the dashes."""
    kubelet: Mapping[str, Any]
    proxy: Mapping[str, Any]
    node: VirtualMachine

    def of(self, part: str, flag: str, default: str = "") -> str:
        """The value of a flag."""
        return self.flags[part].get(flag, default)

    def has_modes(self, pattern: str, most: int) -> bool:
        """Whether files let nobody do more than the mode does."""
        found = [each.stat().st_mode & 0o777 for each in self.folder.rglob(pattern) if each.is_file()]
        return bool(found) and all(mode | most == most for mode in found)


def made_of(node: VirtualMachine, folder: Path) -> Made:
    """Raises ToolMissing."""
    kubeadm, patches, written, file = path_of("kubeadm"), folder / "patches", folder / "made", folder / "kubeadm.yaml"
    patches.mkdir()
    written.mkdir()
    (patches / Path(PATCH).name).write_text(file_of(node, PATCH), encoding="utf-8")
    text = file_of(node, KUBEADM_FILE).replace(str(Path(PATCH).parent), str(patches))
    file.write_text(text, encoding="utf-8")
    environment = os.environ | {"KUBEADM_INIT_DRYRUN_DIR": str(written)}
    for phase in PHASES:
        command = [kubeadm, "init", "phase", *phase, "--config", file, "--dry-run"]
        subprocess.run(command, env=environment, capture_output=True, check=True)
    flags: dict[str, dict[str, str]] = {}
    for part in ("kube-apiserver", "kube-controller-manager", "kube-scheduler", "etcd"):
        pod = yaml.safe_load((written / f"{part}.yaml").read_text(encoding="utf-8"))
        _, *arguments = pod["spec"]["containers"][0]["command"]
        flags[part] = dict(each.removeprefix("--").split("=", 1) for each in arguments)
    shown = [kubeadm, "init", "phase", "addon", "kube-proxy", "--config", file, "--print-manifest"]
    printed = subprocess.run(shown, capture_output=True, text=True, check=True).stdout
    (proxy,) = (each for each in yaml.safe_load_all(printed) if each and each["kind"] == "ConfigMap")
    return Made(
        written,
        flags,
        yaml.safe_load((written / "config.yaml").read_text(encoding="utf-8")),
        yaml.safe_load(proxy["data"]["config.conf"]),
        node,
    )


def _has(part: str, *flags: str) -> Callable[[Made], bool]:
    return lambda made: all(made.of(part, flag) for flag in flags)


def _is(part: str, flag: str, value: str, default: str = "") -> Callable[[Made], bool]:
    return lambda made: made.of(part, flag, default) == value


def _kubelet(key: str, *admitted: object) -> Callable[[Made], bool]:
    return lambda made: made.kubelet.get(key) in admitted


def _admission(plugin: str, *, is_default: bool = False) -> Callable[[Made], bool]:
    def is_on(made: Made) -> bool:
        on, off = (made.of(API, f"{verb}-admission-plugins").split(",") for verb in ("enable", "disable"))
        return plugin in on or (is_default and plugin not in off)

    return is_on


def _modes(pattern: str, most: int) -> Callable[[Made], bool]:
    return lambda made: made.has_modes(pattern, most)


def _audits(made: Made) -> bool:
    rules = yaml.safe_load(file_of(made.node, made.of(API, "audit-policy-file")))["rules"]
    reads = [each for each in rules if "secrets" in str(each.get("resources")) and "pods/exec" in str(each)]
    leaves_out = [number for number, each in enumerate(rules) if each["level"] == "None" and "verbs" in each]
    return rules[-1] == {"level": "Metadata"} and all(rules.index(reads[0]) < number for number in leaves_out)


def _encrypts(made: Made) -> bool:
    text = file_of(made.node, made.of(API, "encryption-provider-config"))
    (resources,) = yaml.safe_load(text)["resources"]
    return "secrets" in resources["resources"] and list(resources["providers"][0]) == ["secretbox"]


API, MANAGER, SCHEDULER, ETCD = "kube-apiserver", "kube-controller-manager", "kube-scheduler", "etcd"
CHECKS: Mapping[str, Callable[[Made], bool]] = {
    **{f"1.1.{number}": _modes("kube-*.yaml", 0o600) for number in range(1, 7)},
    **dict.fromkeys(("1.1.7", "1.1.8"), _modes("etcd.yaml", 0o600)),
    "1.1.11": lambda made: made.of(ETCD, "data-dir") == "/var/lib/etcd",  # which kubeadm makes with 0700
    "1.1.12": lambda made: "runAsUser" in (made.folder / "etcd.yaml").read_text(encoding="utf-8"),
    **dict.fromkeys(("1.1.13", "1.1.14"), _modes("*admin.conf", 0o600)),
    **dict.fromkeys(("1.1.15", "1.1.16"), _modes("scheduler.conf", 0o600)),
    **dict.fromkeys(("1.1.17", "1.1.18"), _modes("controller-manager.conf", 0o600)),
    **dict.fromkeys(("1.1.19", "1.1.20"), _modes("*.crt", 0o644)),
    "1.1.21": _modes("*.key", 0o600),
    "1.2.1": _is(API, "anonymous-auth", "false", "true"),
    "1.2.2": lambda made: not made.of(API, "token-auth-file"),
    "1.2.3": _admission("DenyServiceExternalIPs"),
    "1.2.4": _has(API, "kubelet-client-certificate", "kubelet-client-key"),
    "1.2.5": _has(API, "kubelet-certificate-authority"),
    **dict.fromkeys(("1.2.6", "1.2.7", "1.2.8"), _is(API, "authorization-mode", "Node,RBAC")),
    "1.2.9": _admission("EventRateLimit"),
    "1.2.10": lambda made: not _admission("AlwaysAdmit")(made),
    "1.2.11": _admission("AlwaysPullImages"),
    "1.2.12": _admission("ServiceAccount", is_default=True),
    "1.2.13": _admission("NamespaceLifecycle", is_default=True),
    "1.2.14": _admission("NodeRestriction"),
    "1.2.15": _is(API, "profiling", "false", "true"),
    "1.2.16": _has(API, "audit-log-path"),
    "1.2.17": _is(API, "audit-log-maxage", "30"),
    "1.2.18": _is(API, "audit-log-maxbackup", "10"),
    "1.2.19": _is(API, "audit-log-maxsize", "100"),
    "1.2.20": _is(API, "request-timeout", "1m0s", "1m0s"),
    "1.2.21": _is(API, "service-account-lookup", "true", "true"),
    "1.2.22": _has(API, "service-account-key-file"),
    "1.2.23": _has(API, "etcd-certfile", "etcd-keyfile"),
    "1.2.24": _has(API, "tls-cert-file", "tls-private-key-file"),
    "1.2.25": _has(API, "client-ca-file"),
    "1.2.26": _has(API, "etcd-cafile"),
    "1.2.27": _has(API, "encryption-provider-config"),
    "1.2.28": _encrypts,
    "1.2.29": lambda made: (
        made.of(API, "tls-cipher-suites").split(",") == [*CIPHERS] and made.of(API, "tls-min-version") == "VersionTLS12"
    ),
    "1.2.30": _is(API, "service-account-extend-token-expiration", "false", "true"),
    "1.3.1": _has(MANAGER, "terminated-pod-gc-threshold"),
    "1.3.2": _is(MANAGER, "profiling", "false", "true"),
    "1.3.3": _is(MANAGER, "use-service-account-credentials", "true"),
    "1.3.4": _has(MANAGER, "service-account-private-key-file"),
    "1.3.5": _has(MANAGER, "root-ca-file"),
    "1.3.6": lambda made: "RotateKubeletServerCertificate=false" not in made.of(MANAGER, "feature-gates"),
    "1.3.7": _is(MANAGER, "bind-address", "127.0.0.1"),
    "1.4.1": _is(SCHEDULER, "profiling", "false", "true"),
    "1.4.2": _is(SCHEDULER, "bind-address", "127.0.0.1"),
    "2.1": _has(ETCD, "cert-file", "key-file"),
    "2.2": _is(ETCD, "client-cert-auth", "true"),
    "2.3": lambda made: made.of(ETCD, "auto-tls") != "true",
    "2.4": _has(ETCD, "peer-cert-file", "peer-key-file"),
    "2.5": _is(ETCD, "peer-client-cert-auth", "true"),
    "2.6": lambda made: made.of(ETCD, "peer-auto-tls") != "true",
    "2.7": lambda made: made.of(ETCD, "trusted-ca-file") != made.of(API, "client-ca-file"),
    **dict.fromkeys(("3.2.1", "3.2.2"), _audits),
    **dict.fromkeys(("4.1.5", "4.1.6"), _modes("kubelet.conf", 0o600)),
    **dict.fromkeys(("4.1.7", "4.1.8"), _modes("ca.crt", 0o644)),
    "4.1.9": _modes("config.yaml", 0o600),
    "4.1.10": _modes("config.yaml", 0o644),
    "4.2.1": lambda made: made.kubelet["authentication"]["anonymous"]["enabled"] is False,
    "4.2.2": lambda made: made.kubelet["authorization"]["mode"] == "Webhook",
    "4.2.3": lambda made: bool(made.kubelet["authentication"]["x509"]["clientCAFile"]),
    "4.2.4": _kubelet("readOnlyPort", None, 0),
    "4.2.5": _kubelet("streamingConnectionIdleTimeout", None, "0s"),  # in a file, the default of four hours
    "4.2.6": _kubelet("makeIPTablesUtilChains", None, True),
    "4.2.7": lambda made: (
        user_data(made.node)["hostname"] == made.node.name and made.of(ETCD, "name") == made.node.name
    ),
    "4.2.8": _kubelet("eventRecordQPS", None),
    **dict.fromkeys(("4.2.9", "4.2.11"), _kubelet("serverTLSBootstrap", True)),
    "4.2.10": _kubelet("rotateCertificates", True),
    "4.2.12": lambda made: made.kubelet["tlsCipherSuites"] == [*CIPHERS],
    "4.2.13": _kubelet("podPidsLimit", 4096),
    "4.2.14": _kubelet("seccompDefault", True),
    "4.3.1": lambda made: made.proxy["metricsBindAddress"] in ("", "127.0.0.1:10249"),
}
"""Whether each point is met, for sections 1 to 4."""


def kept(node: VirtualMachine, folder: Path) -> dict[str, bool]:
    """Whether each point is met, by number."""
    try:
        made = made_of(node, folder)
    except ToolMissing as missing:
        pytest.skip(f"not run: {missing}")
    return {number: bool(check(made)) for number, check in CHECKS.items()}


def test_what_the_page_calls_met_is_met_and_nothing_else(tmp_path: Path) -> None:
    found = kept(machine_of(high_availability(), "control1"), tmp_path)
    said = {number: claim.met for claim in claims() for number in claim.numbers if number in found}
    assert {number: met == "yes" for number, met in said.items()} == found


def test_what_needs_an_approver_is_met_with_one(approved: VirtualMachine, tmp_path: Path) -> None:
    (folder := tmp_path / "dry").mkdir()
    found = kept(approved, folder)
    said = [number for claim in claims() for number in claim.numbers if claim.met == "with an approver"]
    assert said
    assert all(found[number] for number in said)


def test_each_point_of_the_control_plane_and_the_nodes_is_checked() -> None:
    said = {number for claim in claims() for number in claim.numbers if number[0] in "1234"}
    assert said == CHECKS.keys() | SHOWN_BY_NO_FILE
