"""Kyverno with the control plane: as its chart installs it, except for the pods, which run here as programs.

Its controllers have the chart's service accounts and no other rights, and look at the lab's own namespace of Kyverno.
Of the values that the lab gives to the chart, rights of the background controller are the only ones that count here.
"""

import re
import ssl
import urllib.request
from collections.abc import Iterator
from typing import Any

import trustme
import yaml

from operations.clients.kubernetes import Api
from plan.model import Manifest
from plan.model.metadata import manifest
from rehearsal.control_plane.parts import Parts
from rehearsal.control_plane.processes import Processes, free_ports
from rehearsal.tools import Tell, path_of, source_of

INSTALLED = "config/install-latest-testing.yaml"
"""In Kyverno's module: the chart with its default values, as manifests."""

CONTROLLERS = {
    "kyverno-admission-controller": "kyverno",
    "kyverno-background-controller": "kyverno-background-controller",
}
"""The deployments that run here, and the programs that they run. The others only clean up and report."""

_CHARTS_NAMESPACE = "|".join(
    (
        r"(?<=namespace: )kyverno$",
        r"(?<=,)kyverno(?=,)",
        r"(?<=kyverno-svc\.)kyverno(?=\.svc)",
        r"(?<=serviceaccount:)kyverno(?=:)",
        r'(?<=\[\\")kyverno(?=\\"\])',
    )
)
"""Wherever `kyverno` means the namespace."""


class Kyverno:
    """Kyverno's admission and background controller."""

    def __init__(self, parts: Parts, running: Processes, namespace: str, tell: Tell) -> None:
        self._parts = parts
        self._running = running
        self._namespace = namespace
        self._tell = tell
        self._port, self._admission_metrics, self._background_metrics = free_ports(3)

    def start(self, api: Api, rights: list[dict[str, Any]]) -> None:
        """Install everything and start the controllers; returns once policies can be made.

        `rights` are rules that the lab's values add to those of the background controller.
        """
        text = (source_of("kyverno") / INSTALLED).read_text(encoding="utf-8")
        definitions, rest = _split(text, self._namespace)
        api.apply(manifest("v1", "Namespace", self._namespace))
        for applied in (*api.apply_all(definitions, strict=False), *api.apply_all(self._installed(rest, rights))):
            if applied.refused:
                raise applied.refused
        for each in definitions:
            self._running.wait("kube-apiserver", lambda each=each: _is_served(api, each))
        for each in rest:
            if each["kind"] == "Deployment" and each["metadata"]["name"] in CONTROLLERS:
                self._start(api, each)
        self._running.wait("kyverno-admission-controller", self._is_ready)

    def _installed(self, rest: list[Manifest], rights: list[dict[str, Any]]) -> Iterator[Manifest]:
        """Objects that the chart installs, except for its pods and the namespace, which has another name here."""
        yield from (each for each in rest if each["kind"] not in ("Deployment", "Namespace"))
        yield from _certificates(self._namespace)
        if rights:
            yield {
                "apiVersion": "rbac.authorization.k8s.io/v1",
                "kind": "ClusterRole",
                "metadata": {
                    "name": "kyverno:background-controller:additional",
                    "labels": {
                        "app.kubernetes.io/component": "background-controller",
                        "app.kubernetes.io/instance": "kyverno",
                        "app.kubernetes.io/part-of": "kyverno",
                    },
                },
                "rules": rights,
            }

    def _start(self, api: Api, deployment: Manifest) -> None:
        name = deployment["metadata"]["name"]
        pod = deployment["spec"]["template"]["spec"]
        container = pod["containers"][0]
        kubeconfig = self._parts.write_kubeconfig(name, self._token(api, pod["serviceAccountName"]))
        flags = [*container["args"], f"--kubeconfig={kubeconfig}", *self._changed_flags(name)]
        self._running.start(name, [path_of(CONTROLLERS[name], self._tell), *flags], self._environment(container, name))

    def _token(self, api: Api, account: str) -> str:
        about = manifest("v1", "ServiceAccount", account, self._namespace)
        asked = {
            "apiVersion": "authentication.k8s.io/v1",
            "kind": "TokenRequest",
            "metadata": {"name": account, "namespace": self._namespace},
            "spec": {"expirationSeconds": 24 * 3600},
        }
        return api.post(about, "token", asked)["status"]["token"]

    def _changed_flags(self, name: str) -> list[str]:
        """Flags with which it works outside of a cluster; of flags given twice the last one counts."""
        quiet = ["--disableLogColor", "--disableMetrics", "--controllerRuntimeMetricsAddress=0"]
        if name == "kyverno-background-controller":
            return [*quiet, f"--metricsPort={self._background_metrics}"]
        return [
            *quiet,
            f"--metricsPort={self._admission_metrics}",
            f"--serverIP=127.0.0.1:{self._port}",
            f"--servicePort={self._port}",
            "--webhookServerHost=127.0.0.1",
            f"--webhookServerPort={self._port}",
        ]

    def _environment(self, container: dict[str, Any], pod: str) -> dict[str, str]:
        fields = {"metadata.namespace": self._namespace, "metadata.name": pod}
        return {
            each["name"]: each["value"] if "value" in each else fields[each["valueFrom"]["fieldRef"]["fieldPath"]]
            for each in container["env"]
        }

    def _is_ready(self) -> bool:
        url = f"https://127.0.0.1:{self._port}/health/readiness"
        unverified = ssl._create_unverified_context()  # its certificate is its own, and this asks nothing of it
        try:
            with urllib.request.urlopen(url, timeout=2, context=unverified) as answer:
                return answer.status == 200
        except OSError:
            return False


def _certificates(namespace: str) -> Iterator[Manifest]:
    """The secrets that it would make itself, three seconds after it has started."""
    authority = trustme.CA()
    server = authority.issue_cert("127.0.0.1")
    key = server.private_key_pem.bytes().decode()
    pairs = {
        "ca": (authority.cert_pem.bytes().decode(), authority.private_key_pem.bytes().decode()),
        "pair": ("".join(each.bytes().decode() for each in server.cert_chain_pems), key),
    }
    for name, (certificate, private_key) in pairs.items():
        yield manifest(
            "v1",
            "Secret",
            f"kyverno-svc.{namespace}.svc.kyverno-tls-{name}",
            namespace,
            labels={"cert.kyverno.io/managed-by": "kyverno"},
            type="kubernetes.io/tls",
            stringData={"tls.crt": certificate, "tls.key": private_key},
        )


def _is_served(api: Api, definition: Manifest) -> bool:
    """Whether the API server serves a kind that was defined."""
    found = api.get(definition["apiVersion"], definition["kind"], definition["metadata"]["name"]) or {}
    conditions = found.get("status", {}).get("conditions") or ()
    return any(each["type"] == "Established" and each["status"] == "True" for each in conditions)


def _split(text: str, namespace: str) -> tuple[list[Manifest], list[Manifest]]:
    """The definitions of kinds, and the rest with the lab's namespace for the chart's own."""
    documents = text.split("\n---\n")
    definitions = [each for each in documents if "\nkind: CustomResourceDefinition\n" in each]
    rest = [each for each in documents if "\nkind: CustomResourceDefinition\n" not in each]
    moved = re.sub(_CHARTS_NAMESPACE, namespace, "\n---\n".join(rest), flags=re.MULTILINE)
    return _read("\n---\n".join(definitions)), _read(moved)


def _read(text: str) -> list[Manifest]:
    return [each for each in yaml.load_all(text, Loader=yaml.CSafeLoader) if each]
