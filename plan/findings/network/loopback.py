"""Programs that listen on the loopback of their pod, with a port for others."""

import re
from collections.abc import Iterable, Iterator

from config.lab import Lab
from plan.findings.network.told_names import told
from plan.model import Manifest, Service
from plan.model.fields import Fields, entries, number, value
from plan.model.findings import Finding, Rule
from plan.model.templates import pod_spec

LISTENS_TO_ITSELF = Rule(
    "LISTENS-TO-ITSELF",
    "warning",
    title="A program listens on the loopback of its pod alone",
    meaning=(
        "Each pod has a loopback of its own. A program that listens on 127.0.0.1 is reached by the containers of its "
        "pod and by nobody else: a Service answers with `connection refused`, and the kubelet's probes fail. It is "
        "said only of pods with one container."
    ),
    remedy="Let it listen on 0.0.0.0, or [::] for both families.",
)

_LISTENS = re.compile(r"(?i)(?:^|[._-])(?:listen|bind)(?:[._-]?(?:addr|address|host|ip|interface|on))?$")
_BY_NAME = frozenset({"HOST", "OLLAMA_HOST", "--host", "--address", "--addr", "--ip"})
"""Variables and options with which a server is told where to listen, and that no pattern knows."""
_BESIDE = re.compile(r"(?i)metric|health|admin|debug|pprof|probe|control")
"""In the name of what listens for others than the visitors."""
_LOOPBACK = re.compile(r"(?:\w+://)?(?P<host>127\.0\.0\.1|localhost|\[::1\]|::1)(?::(?P<port>\d+))?/?")


def loopback_findings(lab: Lab, services: Iterable[Service]) -> Iterator[Finding]:
    """A finding for each workload whose only container keeps its port to itself."""
    for service in services:
        for each in service.objects:
            pod = pod_spec(each)
            beside = [row for row in entries(pod, "initContainers") if value(row, "restartPolicy") == "Always"]
            containers = [*entries(pod, "containers"), *beside]
            ports = [number(port, "containerPort") for container in containers for port in entries(container, "ports")]
            if len(containers) == 1 and ports and value(pod, "hostNetwork") is not True:
                yield from _of(lab, service, each, pod, ports)


def _of(lab: Lab, service: Service, manifest: Manifest, pod: Fields, ports: list[int]) -> Iterator[Finding]:
    name = manifest["metadata"]["name"]
    for key, said in told(pod, {}, ""):
        is_told = (key in _BY_NAME or _LISTENS.search(key)) and not _BESIDE.search(key)
        match = _LOOPBACK.fullmatch(said) if is_told else None
        if match and (match["port"] is None or int(match["port"]) in ports):
            yield LISTENS_TO_ITSELF.finding(
                lab.written_at(service.name, manifest["kind"], name),
                f"{key} lets {name} listen on {match['host']}, where nobody outside of its pod reaches it, and it has "
                f"port {match['port'] or ports[0]} for others",
                f"write {said.replace(match['host'], '0.0.0.0', 1)} at {key}",
                about=name,
                facts={"host": match["host"]},
            )
            return
