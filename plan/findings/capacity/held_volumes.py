"""Deployments, as they are written or patched or stand in files, whose new pod waits for the volume of the old one."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from config.lab import Lab
from config.source import Path
from plan.cluster.membership import founder
from plan.findings.capacity.chart_rollouts import VOLUME_HELD
from plan.findings.storage.block_volumes import BLOCK_VOLUME_SHARED
from plan.model import Manifest, Node, Service
from plan.model.fields import Fields, entries, mapping, number, text, value, values
from plan.model.findings import Finding
from plan.wording import listed
from plan.workloads.volume_classes import is_block

HOSTNAME = "kubernetes.io/hostname"


class _Held(NamedTuple):
    """A volume that one node at a time, or one pod at a time, can have."""

    name: str
    by_one_pod: bool


def held_volume_findings(lab: Lab, nodes: Iterable[Node], services: Iterable[Service]) -> Iterator[Finding]:
    """A finding for each deployment that starts its new pod first, or has several, while one node has its volume."""
    planned = [*services]
    claims = _claims(lab, planned)
    is_one_node = sum(not node.taints for node in nodes) <= 1
    for service in planned if claims else ():
        for each in service.objects:
            held = _held_by(service, each, claims) if each["kind"] == "Deployment" else []
            loose = [one for one in held if one.by_one_pod or not (is_one_node or _is_bound(each))]
            if not loose:
                continue
            name = each["metadata"]["name"]
            path = lab.written_at(service.name, "Deployment", name)
            replicas = number(each, "spec", "replicas", default=1)
            if replicas > 1 and path[0] == "objects":
                yield _shared(lab, name, path, replicas, loose)
            elif replicas and _starts_first(each):
                yield _waits(name, path, loose)


def _claims(lab: Lab, services: Iterable[Service]) -> Mapping[tuple[str, str], _Held]:
    """Claims that are held, by namespace and name."""
    found: dict[tuple[str, str], _Held] = {}
    for service in services:
        for each in service.objects:
            if each["kind"] == "PersistentVolumeClaim":
                name = each["metadata"]["name"]
                modes = values(each, "spec", "accessModes")
                by_one_pod = "ReadWriteOncePod" in modes
                is_of_one_node = "ReadWriteOnce" in modes and is_block(lab, text(each, "spec", "storageClassName"))
                if by_one_pod or is_of_one_node:
                    found[service.namespace_of(each), name] = _Held(name, by_one_pod)
    return found


def _held_by(service: Service, manifest: Manifest, claims: Mapping[tuple[str, str], _Held]) -> list[_Held]:
    namespace = service.namespace_of(manifest)
    names = (
        text(each, "persistentVolumeClaim", "claimName")
        for each in entries(manifest, "spec", "template", "spec", "volumes")
        if value(each, "persistentVolumeClaim", "readOnly") is not True
    )
    return [claims[namespace, name] for name in names if (namespace, name) in claims]


def _is_bound(manifest: Manifest) -> bool:
    """Whether its pods are kept on one node: by its name, or near other pods."""
    pod = mapping(manifest, "spec", "template", "spec")
    terms = entries(
        pod, "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms"
    )
    by_name = terms and all(
        any(
            text(each, "key") == HOSTNAME and len(values(each, "values")) == 1
            for each in entries(term, "matchExpressions")
        )
        for term in terms
    )
    near = values(pod, "affinity", "podAffinity", "requiredDuringSchedulingIgnoredDuringExecution")
    return bool(by_name or near or HOSTNAME in mapping(pod, "nodeSelector") or text(pod, "nodeName"))


def _starts_first(manifest: Manifest) -> bool:
    strategy: Fields = mapping(manifest, "spec", "strategy")
    is_rolling = text(strategy, "type") in ("", "RollingUpdate")
    return is_rolling and text(strategy, "rollingUpdate", "maxSurge") not in ("0", "0%")


def _waits(name: str, path: Path, held: list[_Held]) -> Finding:
    by_pod = [each.name for each in held if each.by_one_pod]
    which = listed(by_pod or [each.name for each in held])
    return VOLUME_HELD.finding(
        path,
        f"{name} starts a new pod before it stops the old one, which holds {which}: "
        + (
            "one pod at a time may have it, and the new one never starts"
            if by_pod
            else "on another node the new one waits for the volume, and the old one for the new one"
        ),
        f"write strategy: {{type: Recreate}} into the spec of Deployment {name}"
        if path[0] == "objects"
        else f"let Deployment {name} be replaced with Recreate, in its patch or in adopt.strategy",
        about=name,
        severity="warning",
        facts={"volumes": tuple(each.name for each in held)},
    )


def _shared(lab: Lab, name: str, path: Path, replicas: int, held: list[_Held]) -> Finding:
    return BLOCK_VOLUME_SHARED.finding(
        path,
        f"{replicas} replicas of {name} mount {listed([each.name for each in held])}, which one "
        f"{'pod' if held[0].by_one_pod else 'node'} at a time can have: the others stay in ContainerCreating",
        "write replicas: 1 and strategy: {type: Recreate}, a StatefulSet with volumeClaimTemplates, or a claim of a "
        "class of shared files",
        about=name,
        severity="error" if founder(lab) else "warning",
        facts={"replicas": replicas, "volumes": tuple(each.name for each in held)},
    )
