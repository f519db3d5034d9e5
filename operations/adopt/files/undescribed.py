"""Objects of a service that would be keys if the lab described what they name: Gateways and storage classes."""

from collections.abc import Iterator

from config.lab import Lab
from config.objects import StatedObject
from plan.model.fields import entries, text

_ROUTES = frozenset({"HTTPRoute", "GRPCRoute"})


def undescribed(lab: Lab, service: str, namespace: str) -> Iterator[str]:
    """A sentence for each such object of a service."""
    for each in lab.objects.get(service, ()):
        if each.kind in _ROUTES:
            yield from _gateways(lab, each, namespace)
        elif each.kind == "PersistentVolumeClaim":
            called = text(each.content, "spec", "storageClassName")
            if called and called not in lab.storage_classes and not text(each.content, "spec", "volumeName"):
                yield f"{each.kind}/{each.name}: an object, since storage.yaml does not have its class {called}"


def _gateways(lab: Lab, route: StatedObject, namespace: str) -> Iterator[str]:
    known = {(each.namespace, each.name, each.listener or "") for each in lab.cluster.platform.gateways.values()}
    for parent in entries(route.content, "spec", "parentRefs"):
        place, name = text(parent, "namespace") or route.namespace or namespace, text(parent, "name")
        listener = text(parent, "sectionName")
        if (place, name, listener) not in known:
            said = f"{place}/{name}" + (f" with the listener {listener}" if listener else "")
            yield f"{route.kind}/{route.name}: an object, since gateways in cluster.yaml do not have {said}"
