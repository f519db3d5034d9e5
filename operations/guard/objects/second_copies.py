"""Objects that are about to be made and run already, there or elsewhere."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from config.image import name_of
from observation import Observation
from observation.objects import MANAGER
from operations.guard.consequence import Consequence
from operations.guard.objects.consequences import kind_of, named_target, target_of
from operations.guard.objects.kubectl_fields import live_object
from operations.guard.reading.step import State, Step
from operations.guard.reading.values import block, items, values_at
from plan.model import Manifest
from plan.wording import listed

_HOSTS = re.compile(r"Host\(([^)]*)\)")
_PATHS = re.compile(r"Path(?:Prefix)?\(([^)]*)\)")
"""Matchers of Traefik's rules."""
WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet")
IMAGES = "spec.template.spec.containers.image"
ADDRESSES = (
    *("metallb.io/loadBalancerIPs", "metallb.universe.tf/loadBalancerIPs", "kube-vip.io/loadbalancerIPs"),
    *("lbipam.cilium.io/ips", "io.cilium/lb-ipam-ips"),
)
SHARING = (
    *("metallb.io/allow-shared-ip", "metallb.universe.tf/allow-shared-ip"),
    *("lbipam.cilium.io/sharing-key", "io.cilium/lb-ipam-sharing-key"),
)
"""Services that say the same in one of these have an address together."""
ROUTES = ("Ingress", "IngressRoute", "HTTPRoute")
TAKE_OVER = "take it over instead (`homelab adopt`), or delete the one that runs and allow this by name"


def second_copies(steps: Sequence[Step], states: Iterable[State], observation: Observation) -> Iterator[Consequence]:
    """Objects that exist where they are to be made, or that run elsewhere under another name or namespace. What the
    stack holds was not forgotten; `states` are its resources, as far as they are known."""
    own = {target_of(step) for step in steps if step.action != "create"} | {named_target(each) for each in states}
    for step in steps:
        if step.action != "create" or not step.is_object:
            continue
        target = target_of(step)
        if live_object(step, observation) is not None:
            message = "It exists: the `up` ends half-way, with `already exists`."
            yield Consequence("FAIL", "error", target, (), message, TAKE_OVER)
            continue
        others = [(what, each) for what, each in _elsewhere(step, observation) if not _is_taken_over(each)]
        found = [(what, _target(each)) for what, each in others if _target(each) not in own]
        if found:
            places = listed([f"{place} ({what})" for what, place in dict.fromkeys(found)])
            yield Consequence("SECOND-COPY", "error", target, (), f"It runs already, as {places}.", TAKE_OVER)


def _is_taken_over(manifest: Manifest) -> bool:
    managed = items(block(manifest, "metadata"), "managedFields")
    return any(entry.get("manager") == MANAGER for entry in managed)


def _target(manifest: Manifest) -> str:
    metadata = manifest["metadata"]
    return "/".join(filter(None, (manifest["kind"], metadata.get("namespace"), metadata["name"])))


def _elsewhere(step: Step, observation: Observation) -> Iterator[tuple[str, Manifest]]:
    """Why something is a copy, and of which object."""
    kind, inputs = kind_of(step.type)[1], step.after
    if kind in WORKLOADS:
        yield from _same_workload(inputs, observation)
    elif kind in ROUTES:
        yield from _same_host(kind, inputs, observation)
    elif kind == "PersistentVolumeClaim":
        yield from _same_volume(inputs, observation)
    elif kind == "Service":
        yield from _same_address(inputs, observation)
    elif kind == "Release":
        yield from _same_release(inputs, observation)


def _repositories(manifest: Mapping[str, Any]) -> set[str]:
    return {name_of(str(each)) for each in values_at(manifest, IMAGES)}


def _same_workload(inputs: Mapping[str, Any], observation: Observation) -> Iterator[tuple[str, Manifest]]:
    """One of the same name that runs the same image: two databases of one image are not copies of each other."""
    name, images = block(inputs, "metadata").get("name"), _repositories(inputs)
    for kind in WORKLOADS:
        for each in observation.of(kind):
            if each["metadata"]["name"] == name and images & _repositories(each):
                yield "the same name and image", each


def _same_host(kind: str, inputs: Mapping[str, Any], observation: Observation) -> Iterator[tuple[str, Manifest]]:
    """A route that answers for the same host at the same path: those of one host often lead to several services."""
    asked = set(_doors(kind, inputs))
    for other in ROUTES:
        for each in observation.of(other):
            if common := asked & set(_doors(other, each)):
                yield f"it answers for {', '.join(sorted({host for host, _ in common}))}", each


def _doors(kind: str, route: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The hosts of a route, each with a path."""
    spec = block(route, "spec")
    if kind == "HTTPRoute":
        matches = [match for rule in items(spec, "rules") for match in items(rule, "matches") or [{}]] or [{}]
        paths = [str(block(match, "path").get("value", "/")) for match in matches]
        yield from ((str(host), _path(path)) for host in values_at(spec, "hostnames") for path in paths)
        return
    for rule in items(spec, "rules" if kind == "Ingress" else "routes"):
        match = str(rule.get("match", ""))
        hosts = [str(rule.get("host", ""))] if kind == "Ingress" else _quoted(_HOSTS, match)
        stated = items(block(rule, "http"), "paths") if kind == "Ingress" else []
        paths = [str(each.get("path", "/")) for each in stated] or _quoted(_PATHS, match) or ["/"]
        yield from ((host, _path(path)) for host in hosts if host for path in paths)


def _quoted(call: re.Pattern[str], match: str) -> list[str]:
    return [text for found in call.findall(match) for text in re.findall(r"`([^`]+)`", found)]


def _path(path: str) -> str:
    return path.rstrip("/") or "/"


def _same_volume(inputs: Mapping[str, Any], observation: Observation) -> Iterator[tuple[str, Manifest]]:
    volume = block(inputs, "spec").get("volumeName")
    if volume:
        for each in observation.of("PersistentVolumeClaim"):
            if each.get("spec", {}).get("volumeName") == volume:
                yield f"it has the volume {volume}", each


def _same_address(inputs: Mapping[str, Any], observation: Observation) -> Iterator[tuple[str, Manifest]]:
    annotations = block(block(inputs, "metadata"), "annotations")
    asked = {str(annotations[key]) for key in ADDRESSES if key in annotations}
    asked |= {str(block(inputs, "spec").get("loadBalancerIP"))} - {"None"}
    addresses = {address.strip() for each in asked for address in each.split(",")}
    shared = {(key, annotations[key]) for key in SHARING if key in annotations}
    for each in observation.of("Service"):
        if shared & set(block(block(each, "metadata"), "annotations").items()):
            continue
        given = {str(item.get("ip")) for item in items(block(block(each, "status"), "loadBalancer"), "ingress")}
        if common := addresses & given:
            yield f"it has the address {', '.join(sorted(common))}", each


def _same_release(inputs: Mapping[str, Any], observation: Observation) -> Iterator[tuple[str, Manifest]]:
    """A chart that installed workloads elsewhere, by the label that charts put on them; one that is installed several
    times is made for that, and counts where the release is called the same."""
    chart, name = str(inputs.get("chart")).rpartition("/")[2], inputs.get("name")
    installed: dict[tuple[str, str], list[Manifest]] = {}
    for kind in WORKLOADS:
        for each in observation.of(kind):
            labels = block(block(each, "metadata"), "labels")
            label = labels.get("helm.sh/chart")
            if isinstance(label, str) and label.rpartition("-")[0] == chart:
                release = str(labels.get("app.kubernetes.io/instance", ""))
                installed.setdefault((str(each["metadata"].get("namespace")), release), []).append(each)
    for (_, release), workloads in installed.items():
        if len(installed) == 1 or release == name:
            yield from ((f"the chart {chart}", each) for each in workloads)
