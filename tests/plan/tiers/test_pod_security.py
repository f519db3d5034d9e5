"""Security settings of pods by tier, the exceptions from them, and the standards that namespaces enforce."""

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.load import InvalidLab, load_lab
from plan import make_plan
from plan.kubernetes.pod_security import standard_kept
from plan.model import Plan
from plan.model.metadata import ENFORCE_LABEL
from tests.plan.labs import FOLDERS, plan_of, pod_templates

BASE = """kind: app
tier: aux
description: A part
image: registry.example/part:1.0.0
cpu: 10m
memory: 64Mi
"""
ROOT = "exceptions: {root-user: The image starts as root.}\n"
CHART = """kind: helm
tier: aux
description: A part
chart: {name: part, repository: https://charts.example, version: 1.0.0}
footprint: {part: {containers: {part: {cpu: 10m, memory: 64Mi, values: resources}}}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the lab with one service of each kind."""
    return Path(shutil.copytree(FOLDERS["every_kind"], tmp_path / "every_kind"))


def planned(folder: Path, text: str) -> Plan:
    """The plan of the lab with a service more."""
    (folder / "services" / "part.yaml").write_text(f"{BASE}{text}", encoding="utf-8")
    return make_plan(load_lab(folder))


def pod_of(plan: Plan) -> dict[str, Any]:
    """The template of the service's pods."""
    (template,) = [template for controller, template in pod_templates(plan) if controller["metadata"]["name"] == "part"]
    return template


def container_of(plan: Plan) -> dict[str, Any]:
    """Its main container."""
    return pod_of(plan)["spec"]["containers"][0]


def enforced(plan: Plan, namespace: str = "aux-part") -> str | None:
    """The standard that a namespace enforces."""
    (found,) = [each.manifest for each in plan.namespaces if each.name == namespace]
    return found["metadata"]["labels"].get(ENFORCE_LABEL)


def test_a_service_that_says_nothing_keeps_the_strictest_standard(folder: Path) -> None:
    plan = planned(folder, "")
    container = container_of(plan)
    assert standard_kept(pod_of(plan)) == enforced(plan) == "restricted"
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "runAsNonRoot": True,
        "readOnlyRootFilesystem": True,
    }
    assert container["volumeMounts"] == [{"name": "homelab-tmp", "mountPath": "/tmp", "subPath": "part"}]


def test_a_tier_goes_on_as_before_with_baseline(folder: Path) -> None:
    tiers = folder / "tiers.yaml"
    text = tiers.read_text(encoding="utf-8")
    tiers.write_text(text.replace("  quota:", "  pod_security: baseline\n  quota:"), encoding="utf-8")
    plan = planned(folder, "ports: {http: 80}\n")
    assert container_of(plan)["securityContext"] == {"allowPrivilegeEscalation": False}
    assert pod_of(plan)["spec"]["securityContext"] == {"seccompProfile": {"type": "RuntimeDefault"}}
    assert "volumeMounts" not in container_of(plan)
    assert enforced(plan) == "baseline"


def test_a_low_port_is_opened_without_root(folder: Path) -> None:
    plan = planned(folder, "ports: {http: 80}\n")
    assert pod_of(plan)["spec"]["securityContext"]["sysctls"] == [
        {"name": "net.ipv4.ip_unprivileged_port_start", "value": "0"}
    ]
    assert standard_kept(pod_of(plan)) == "restricted"
    assert "sysctls" not in pod_of(planned(folder, f"ports: {{http: 80}}\n{ROOT}"))["spec"]["securityContext"]


def test_volumes_get_their_group_once(folder: Path) -> None:
    settings = pod_of(planned(folder, "run_as_user: 1000\n"))["spec"]["securityContext"]
    assert (settings["fsGroup"], settings["fsGroupChangePolicy"]) == (1000, "OnRootMismatch")


def test_root_keeps_the_capabilities_of_the_runtime_unless_it_names_its_own(folder: Path) -> None:
    plan = planned(folder, ROOT)
    assert "capabilities" not in container_of(plan)["securityContext"]
    assert "runAsNonRoot" not in container_of(plan)["securityContext"]
    assert standard_kept(pod_of(plan)) == enforced(plan) == "baseline"
    named = planned(
        folder,
        "capabilities: [CHOWN]\nexceptions: {root-user: The image needs it., capabilities: The image needs it.}\n",
    )
    assert container_of(named)["securityContext"]["capabilities"] == {"add": ["CHOWN"], "drop": ["ALL"]}
    assert standard_kept(pod_of(named)) == enforced(named) == "baseline"


def test_an_exception_leaves_out_what_states_its_user(folder: Path) -> None:
    plan = planned(
        folder,
        f"{ROOT}sidecars:\n  beside: {{image: 'registry.example/b:1', cpu: 1m, memory: 16Mi, run_as_user: 1000}}\n",
    )
    main, beside = pod_of(plan)["spec"]["containers"]
    assert "runAsNonRoot" not in main["securityContext"]
    assert beside["securityContext"]["runAsNonRoot"] is True
    assert beside["securityContext"]["capabilities"] == {"drop": ["ALL"]}


def test_what_waits_for_others_cannot_write_whatever_the_service_may(folder: Path) -> None:
    plan = planned(folder, "waits_for: [mysql]\nexceptions: {writable-root: It writes beside.}\n")
    (waiting,) = pod_of(plan)["spec"]["initContainers"]
    assert waiting["securityContext"]["readOnlyRootFilesystem"] is True
    assert "readOnlyRootFilesystem" not in container_of(plan)["securityContext"]
    assert standard_kept(pod_of(plan)) == "restricted"


def test_what_mounts_its_own_tmp_gets_no_other(folder: Path) -> None:
    plan = planned(folder, "mounts: {work: /tmp}\nscratch: {work: {size: 1Gi}}\n")
    assert container_of(plan)["volumeMounts"] == [{"name": "work", "mountPath": "/tmp"}]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("capabilities: [CHOWN]\n", "breaks the Pod Security Standard restricted; needs the exception capabilities"),
        ("capabilities: [NET_RAW]\n", "breaks the Pod Security Standard baseline; needs the exception capabilities"),
        ("read_only_root: false\n", "read_only_root: needs the exception writable-root with a reason"),
        ("security: {seccomp: Unconfined}\n", "baseline; needs the exception unconfined"),
    ],
)
def test_more_than_the_tier_gives_needs_an_exception(folder: Path, text: str, words: str) -> None:
    with pytest.raises(InvalidLab, match=words):
        planned(folder, text)


@pytest.mark.parametrize(
    ("text", "standard"),
    [
        ("capabilities: [NET_RAW]\nexceptions: {capabilities: It pings hosts.}\n", "privileged"),
        ("security: {seccomp: Unconfined}\nexceptions: {unconfined: It traces calls.}\n", "privileged"),
        ("host_network: true\nexceptions: {host-access: It listens on nodes.}\n", "privileged"),
        ("exceptions: {writable-root: It writes beside.}\n", "restricted"),
        ("capabilities: [NET_BIND_SERVICE]\n", "restricted"),
        ("labels: {namespace: {pod-security.kubernetes.io/enforce: baseline}}\n", "baseline"),
    ],
)
def test_a_namespace_enforces_what_its_exceptions_leave(folder: Path, text: str, standard: str) -> None:
    assert enforced(planned(folder, text)) == standard


CONFINED = {
    "allowPrivilegeEscalation": False,
    "runAsNonRoot": True,
    "capabilities": {"drop": ["ALL"]},
    "seccompProfile": {"type": "RuntimeDefault"},
}


def beside(folder: Path, manifest: dict[str, Any]) -> Plan:
    """The plan of the lab with an object in a file of the service."""
    (folder / "services" / "part").mkdir()
    (folder / "services" / "part" / "once.yaml").write_text(yaml.safe_dump(manifest), encoding="utf-8")
    return planned(folder, "objects: [once.yaml]\n")


@pytest.mark.parametrize(("rights", "standard"), [({}, "baseline"), (CONFINED, "restricted")])
def test_pods_of_files_are_refused_only_by_what_they_keep(rights: dict[str, Any], standard: str, folder: Path) -> None:
    """Nobody but their owner writes them: conventions do not reach them."""
    container = {"name": "once", "image": "once:1", "securityContext": rights}
    job = {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": "once"},
        "spec": {"template": {"spec": {"restartPolicy": "Never", "containers": [container]}}},
    }
    plan = beside(folder, job)
    assert enforced(plan) == standard
    assert any(each.code == "STANDARD-LOWERED" for each in plan.findings) == (standard == "baseline")
    assert not [each for each in plan.findings if "PodSecurity" in each.message]


@pytest.mark.parametrize(
    ("text", "standard"),
    [
        ("", "baseline"),
        ("pod_security: restricted\n", "restricted"),
        ("pod_security: restricted\nexceptions: {root-user: Its pods run as their images say.}\n", "baseline"),
        ("pod_security: restricted\nexceptions: {host-access: It reads the node.}\n", "privileged"),
        ("labels: {namespace: {pod-security.kubernetes.io/enforce: restricted}}\n", "restricted"),
    ],
)
def test_a_chart_keeps_what_its_service_says(folder: Path, text: str, standard: str) -> None:
    """The plan does not know its pods, and says of none that it would be refused."""
    (folder / "services" / "part.yaml").write_text(f"{CHART}{text}", encoding="utf-8")
    plan = make_plan(load_lab(folder))
    assert enforced(plan) == standard
    assert not [each for each in plan.findings if "PodSecurity" in each.message]


@pytest.mark.parametrize(("kind", "standard"), [("Kafka", "baseline"), ("KafkaTopic", "restricted")])
def test_pods_that_an_operator_may_make_are_not_refused_by_restricted(kind: str, standard: str, folder: Path) -> None:
    plan = beside(folder, {"apiVersion": "kafka.strimzi.io/v1beta2", "kind": kind, "metadata": {"name": "events"}})
    assert enforced(plan) == standard


@pytest.mark.parametrize("text", ["namespace: old\n", "adopt: {as_it_is: true}\n"])
def test_what_was_there_before_is_neither_changed_nor_refused(folder: Path, text: str) -> None:
    plan = planned(folder, text)
    if "as_it_is" in text:
        assert "securityContext" not in container_of(plan)
    assert enforced(plan, "old" if "namespace" in text else "aux-part") is None


def test_a_pod_that_a_patch_changed_is_refused_in_the_words_of_the_api_server(folder: Path) -> None:
    plan = planned(
        folder,
        "patch:\n  deployment/part:\n    reason: It looks at the node.\n"
        "    merge: {spec: {template: {spec: {hostPID: true}}}}\n",
    )
    (refused,) = [each for each in plan.findings if each.code == "ADMISSION-REFUSED"]
    assert 'violates PodSecurity "restricted:latest": host namespaces (hostPID=true)' in refused.message
    assert "exceptions" in refused.fix


def test_nine_of_ten_pods_of_prod_keep_restricted() -> None:
    kept = [standard_kept(template) for _, template in pod_templates(plan_of("prod"))]
    assert kept.count("restricted") >= 0.9 * len(kept)


def test_every_pod_that_the_program_writes_keeps_the_standard_of_its_namespace() -> None:
    for lab in ("prod", "small", "every_kind"):
        assert not [each for each in plan_of(lab).findings if "violates PodSecurity" in each.message]
