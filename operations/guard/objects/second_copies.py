"""Objects that are about to be made and run already, there or elsewhere."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from observation import Observation
from operations.guard.consequence import Consequence
from operations.guard.objects.consequences import kind_of, target_of
from operations.guard.objects.kubectl_fields import live_object
from operations.guard.reading.step import Step
from operations.guard.reading.values import block, items, values_at
from plan.model import Manifest
from plan.wording import listed

WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet")
IMAGES = "spec.template.spec.containers.image"
ADDRESSES = ("metallb.io/loadBalancerIPs", "metallb.universe.tf/loadBalancerIPs", "kube-vip.io/loadbalancerIPs")
TAKE_OVER = "take it over instead (`homelab adopt`), or delete the one that runs and allow this by name"


def second_copies(steps: Sequence[Step], observation: Observation) -> Iterator[Consequence]:
    """Objects that exist where they are to be made, or that run elsewhere under another name or namespace."""
    going = {target_of(step) for step in steps if step.action == "delete"}
    for step in steps:
        if step.action != "create" or not step.is_object:
            continue
        target = target_of(step)
        if live_object(step, observation) is not None:
            message = "It exists: the `up` ends half-way, with `already exists`."
            yield Consequence("FAIL", "error", target, (), message, TAKE_OVER)
            continue
        found = [(what, _target(each)) for what, each in _elsewhere(step, observation) if _target(each) not in going]
        if found:
            places = listed([f"{place} ({what})" for what, place in dict.fromkeys(found)])
            yield Consequence("SECOND-COPY", "error", target, (), f"It runs already, as {places}.", TAKE_OVER)


def _target(manifest: Manifest) -> str:
    metadata = manifest["metadata"]
    return "/".join(filter(None, (manifest["kind"], metadata.get("namespace"), metadata["name"])))


def _elsewhere(step: Step, observation: Observation) -> Iterator[tuple[str, Manifest]]:
    """Why something is a copy, and of which object."""
    kind, inputs = kind_of(step.type)[1], step.after
    if kind in WORKLOADS:
        yield from _same_workload(inputs, observation)
    elif kind == "Ingress":
        yield from _same_host(inputs, observation)
    elif kind == "PersistentVolumeClaim":
        yield from _same_volume(inputs, observation)
    elif kind == "Service":
        yield from _same_address(inputs, observation)
    elif kind == "Release":
        yield from _same_release(inputs, observation)


def _repositories(manifest: Mapping[str, Any]) -> set[str]:
    images = (str(each).partition("@")[0] for each in values_at(manifest, IMAGES))
    return {_repository(image) for image in images}


def _repository(image: str) -> str:
    """`docker.io/library/nginx:1.27` as `nginx`: how most write it."""
    head, slash, last = image.rpartition("/")
    return f"{head}{slash}{last.partition(':')[0]}".removeprefix("docker.io/").removeprefix("library/")


def _same_workload(inputs: Mapping[str, Any], observation: Observation) -> Iterator[tuple[str, Manifest]]:
    """One of the same name that runs the same image: two databases of one image are not copies of each other."""
    name, images = block(inputs, "metadata").get("name"), _repositories(inputs)
    for kind in WORKLOADS:
        for each in observation.of(kind):
            if each["metadata"]["name"] == name and images & _repositories(each):
                yield "the same name and image", each


def _same_host(inputs: Mapping[str, Any], observation: Observation) -> Iterator[tuple[str, Manifest]]:
    hosts = {host for host in values_at(inputs, "spec.rules.host") if isinstance(host, str)}
    for each in observation.of("Ingress"):
        if common := hosts & set(values_at(each, "spec.rules.host")):
            yield f"it answers for {', '.join(sorted(common))}", each
    for kind in ("IngressRoute", "HTTPRoute"):
        for each in observation.of(kind):
            stated = " ".join(map(str, (*values_at(each, "spec.routes.match"), *values_at(each, "spec.hostnames"))))
            if common := [host for host in sorted(hosts) if host in stated.replace("`", " ").split()]:
                yield f"it answers for {', '.join(common)}", each


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
    for each in observation.of("Service"):
        given = {str(item.get("ip")) for item in items(block(block(each, "status"), "loadBalancer"), "ingress")}
        if common := addresses & given:
            yield f"it has the address {', '.join(sorted(common))}", each


def _same_release(inputs: Mapping[str, Any], observation: Observation) -> Iterator[tuple[str, Manifest]]:
    """A chart that installed workloads elsewhere, by the label that charts put on them."""
    chart = str(inputs.get("chart")).rpartition("/")[2]
    for kind in WORKLOADS:
        for each in observation.of(kind):
            label = block(block(each, "metadata"), "labels").get("helm.sh/chart")
            if isinstance(label, str) and label.rpartition("-")[0] == chart:
                yield f"the chart {chart}", each
