"""Why a pod may not go to a node, as facts: each obstacle there."""

from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

from observation.model import Observation
from observation.objects import Reference, labels_of, name_of, namespace_of
from operations.doctor.pods import containers, is_over
from plan.model import Manifest
from plan.model.constraints import Constraints, Requirement, read_constraints
from plan.model.fields import Fields, entries, mapping, text
from plan.model.resources import CPU, MEMORY, read_amount, sum_of

Kind = Literal[
    "node-ill", "cordoned", "taint", "label", "resource", "pods", "slots", "port", "volume-node", "apart", "near"
]
STATIC: frozenset[Kind] = frozenset(("taint", "label", "volume-node", "near"))
"""Blockers that do not pass by themselves, whatever else ends on the node."""
CONTROL_PLANE = "node-role.kubernetes.io/control-plane"
CORDON = "node.kubernetes.io/unschedulable"
_ILL = "node.kubernetes.io/"


class Blocker(NamedTuple):
    """One thing that keeps a pod from a node."""

    kind: Kind
    node: str
    what: str
    """A label, a taint or a resource."""
    wanted: int = 0
    free: int = 0
    whole: int = 0
    """Allocatable, or the number of slots."""


def blockers(observed: Observation, pod: Manifest, node: Manifest, requests: Mapping[str, int]) -> Iterator[Blocker]:
    """All that keeps a pod from a node, as far as the objects show it."""
    yield from _taints(pod, node)
    yield from _labels(pod, node)
    yield from _room(observed, node, requests)
    yield from _slots(observed, pod, node)
    yield from _volume_nodes(observed, pod, node)
    yield from _ports(observed, pod, node)
    yield from _apart(observed, pod, node)


def requests_of(pod: Manifest) -> dict[str, int]:
    """Requests that the scheduler counts for a pod. Amounts that cannot be read count as nothing."""
    main = sum_of(*(_requested(each.wanted) for each in containers(pod) if not each.is_init))
    peaks = [_requested(each.wanted) for each in containers(pod) if each.is_init]
    peak = {name: max(each.get(name, 0) for each in (main, *peaks)) for name in {*main, *(n for p in peaks for n in p)}}
    return sum_of(peak, _amounts(mapping(pod, "spec", "overhead")))


def _requested(container: Fields) -> dict[str, int]:
    limits, requests = mapping(container, "resources", "limits"), mapping(container, "resources", "requests")
    return _amounts({**limits, **requests})


def _amounts(stated: Fields) -> dict[str, int]:
    found: dict[str, int] = {}
    for name, amount in stated.items():
        try:
            found[name] = read_amount(name, str(amount))
        except ValueError:
            continue
    return found


def tolerated(pod: Manifest, taint: Fields) -> bool:
    """Whether the pod tolerates a taint."""
    key, effect = text(taint, "key"), text(taint, "effect")
    for each in entries(pod, "spec", "tolerations"):
        wanted, operator = text(each, "key"), text(each, "operator") or "Equal"
        if text(each, "effect") not in ("", effect):
            continue
        if (not wanted and operator == "Exists") or (
            wanted == key and (operator == "Exists" or text(each, "value") == text(taint, "value"))
        ):
            return True
    return False


def shown_taint(taint: Fields) -> str:
    """A taint as kubectl writes it."""
    value = text(taint, "value")
    return f"{text(taint, 'key')}{f'={value}' if value else ''}:{text(taint, 'effect')}"


def _constraints(spec: Fields) -> Constraints:
    """Constraints of a pod on its place; none where a dump holds values that no API server would."""
    try:
        return read_constraints({}, spec)
    except (TypeError, KeyError, AttributeError, ValueError):
        return Constraints()


def _taints(pod: Manifest, node: Manifest) -> Iterator[Blocker]:
    name = name_of(node)
    taints = entries(node, "spec", "taints")
    if mapping(node, "spec").get("unschedulable") is True and not any(text(each, "key") == CORDON for each in taints):
        taints = [*taints, {"key": CORDON, "effect": "NoSchedule"}]
    for taint in taints:
        if text(taint, "effect") == "PreferNoSchedule" or tolerated(pod, taint):
            continue
        key = text(taint, "key")
        kind: Kind = "cordoned" if key == CORDON else "node-ill" if key.startswith(_ILL) else "taint"
        yield Blocker(kind, name, shown_taint(taint))


def _labels(pod: Manifest, node: Manifest) -> Iterator[Blocker]:
    labels = {key: str(value) for key, value in labels_of(node).items()}
    for key, wanted in mapping(pod, "spec", "nodeSelector").items():
        if labels.get(key) != wanted:
            yield Blocker("label", name_of(node), f"{key}={wanted}")
    terms = _constraints(mapping(pod, "spec")).node_affinity
    unmet = [[each for each in term if not each.holds(labels)] for term in terms]
    if unmet and all(unmet):
        for each in min(unmet, key=len):
            yield Blocker("label", name_of(node), shown_requirement(each))


def shown_requirement(requirement: Requirement) -> str:
    """A condition on labels in words."""
    key, operator, values = requirement
    if operator == "In" and len(values) == 1:
        return f"{key}={values[0]}"
    return " ".join((key, operator, ", ".join(values))).rstrip()


def used_on(observed: Observation, node: str) -> dict[str, int]:
    """Requests of the pods on a node."""
    return sum_of(*(requests_of(each) for each in observed.pods_on(node) if not is_over(each)))


def _room(observed: Observation, node: Manifest, requests: Mapping[str, int]) -> Iterator[Blocker]:
    name = name_of(node)
    whole = _amounts(mapping(node, "status", "allocatable"))
    used = used_on(observed, name)
    for resource, wanted in requests.items():
        free = whole.get(resource, 0) - used.get(resource, 0)
        if wanted > max(free, 0):
            yield Blocker("resource", name, resource, wanted, free, whole.get(resource, 0))
    running = sum(not is_over(each) for each in observed.pods_on(name))
    if "pods" in whole and running >= whole["pods"]:
        yield Blocker("pods", name, "pods", 1, whole["pods"] - running, whole["pods"])


def claims_of(observed: Observation, pod: Manifest) -> Iterator[tuple[Reference, Manifest | None]]:
    """The claims of a pod's volumes, those of ephemeral volumes included."""
    namespace = namespace_of(pod)
    for volume in entries(pod, "spec", "volumes"):
        claim = text(volume, "persistentVolumeClaim", "claimName")
        if "ephemeral" in volume:
            claim = f"{name_of(pod)}-{text(volume, 'name')}"
        if claim:
            yield (
                Reference("PersistentVolumeClaim", namespace, claim),
                observed.get("PersistentVolumeClaim", claim, namespace),
            )


def driver_of(observed: Observation, claim: Manifest) -> str:
    """The CSI driver that a claim's volume comes from, or would come from; empty for other volumes."""
    volume = observed.get("PersistentVolume", text(claim, "spec", "volumeName"))
    if volume:
        return text(volume, "spec", "csi", "driver")
    storage_class = observed.get("StorageClass", text(claim, "spec", "storageClassName"))
    return text(storage_class, "provisioner") if storage_class else ""


def slots_of(observed: Observation, node: str, driver: str) -> int | None:
    """How many volumes of a driver the scheduler will put on a node; None where it does not say."""
    csi = observed.get("CSINode", node)
    for each in entries(csi, "spec", "drivers") if csi else ():
        if text(each, "name") == driver:
            count = mapping(each, "allocatable").get("count")
            return count if isinstance(count, int) else None
    return None


def attached_to(observed: Observation, node: str, driver: str) -> list[Manifest]:
    """The attachments of a driver's volumes to a node."""
    return [
        each
        for each in observed.of("VolumeAttachment")
        if text(each, "spec", "nodeName") == node and text(each, "spec", "attacher") == driver
    ]


def _slots(observed: Observation, pod: Manifest, node: Manifest) -> Iterator[Blocker]:
    name = name_of(node)
    drivers: dict[str, int] = {}
    for _, claim in claims_of(observed, pod):
        if claim and (driver := driver_of(observed, claim)):
            drivers[driver] = drivers.get(driver, 0) + 1
    for driver, count in drivers.items():
        whole = slots_of(observed, name, driver)
        used = len(attached_to(observed, name, driver))
        if whole is not None and used + count > whole:
            yield Blocker("slots", name, driver, count, whole - used, whole)


def _volume_nodes(observed: Observation, pod: Manifest, node: Manifest) -> Iterator[Blocker]:
    labels = {key: str(value) for key, value in labels_of(node).items()}
    for _, claim in claims_of(observed, pod):
        volume = observed.get("PersistentVolume", text(claim, "spec", "volumeName")) if claim else None
        if volume is None:
            continue
        required = mapping(volume, "spec", "nodeAffinity", "required")
        affinity = {"affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required}}}
        terms = _constraints(affinity).node_affinity
        if terms and not any(all(each.holds(labels) for each in term) for term in terms):
            asked = " and ".join(shown_requirement(each) for each in terms[0])
            yield Blocker("volume-node", name_of(node), f"PersistentVolume/{name_of(volume)} asks for {asked}")


def _ports(observed: Observation, pod: Manifest, node: Manifest) -> Iterator[Blocker]:
    wanted = _constraints(mapping(pod, "spec")).host_ports
    for other in observed.pods_on(name_of(node)) if wanted else ():
        if not is_over(other):
            for protocol, port in sorted(wanted & _constraints(mapping(other, "spec")).host_ports):
                holder = f"{protocol} port {port} of the node, which Pod/{namespace_of(other)}/{name_of(other)} has"
                yield Blocker("port", name_of(node), holder)


def _apart(observed: Observation, pod: Manifest, node: Manifest) -> Iterator[Blocker]:
    """Required affinity and anti-affinity by host name: those by zone are not judged."""
    constraints = _constraints(mapping(pod, "spec"))
    namespace = namespace_of(pod)
    here = [each for each in observed.pods_on(name_of(node)) if namespace_of(each) == namespace and not is_over(each)]
    for term in constraints.apart:
        for other in here if term.topology_key == "kubernetes.io/hostname" else ():
            if all(each.holds({k: str(v) for k, v in labels_of(other).items()}) for each in term.selector):
                yield Blocker("apart", name_of(node), f"Pod/{namespace}/{name_of(other)}")
                break
    for term in constraints.near:
        if term.topology_key == "kubernetes.io/hostname" and not any(
            all(each.holds({k: str(v) for k, v in labels_of(other).items()}) for each in term.selector)
            for other in here
        ):
            yield Blocker("near", name_of(node), " and ".join(shown_requirement(each) for each in term.selector))


def is_memory_or_cpu(resource: str) -> bool:
    """Whether a resource is one that every node has."""
    return resource in (CPU, MEMORY, "ephemeral-storage")
