"""Two plans of a service compared: objects that change, restart, are recreated, and data that has to be copied."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from operations.adopt.cluster.comparison import Difference, Effect, differences
from operations.adopt.cluster.objects import Key, key_of
from plan.model import Manifest, Plan, Service
from plan.model.fields import mapping, text

_WORST: tuple[Effect, ...] = ("data", "re-created", "restarts", "created", "in place")
_HOLDS_DATA = frozenset({"PersistentVolumeClaim", "StatefulSet", "Cluster", "Release"})


class Moved(NamedTuple):
    """An object that is made anew under another name or in another namespace."""

    old: Key
    new: Key


class Change(NamedTuple):
    """Effects of taking a departure out."""

    differences: tuple[Difference, ...]
    moved: tuple[Moved, ...]
    deleted: tuple[Key, ...]
    created: tuple[Key, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing happens: what the file says is so by convention."""
        return not (self.differences or self.moved or self.deleted or self.created)

    @property
    def effect(self) -> Effect:
        """The worst that happens; `in place` where nothing does."""
        found: set[Effect] = {each.effect for each in self.differences}
        if any(each.old.kind in _HOLDS_DATA for each in self.moved) or any(
            each.kind in _HOLDS_DATA for each in self.deleted
        ):
            found.add("data")
        if self.moved or self.deleted:
            found.add("re-created")
        worst: Effect = "in place"
        for each in reversed(_WORST):
            worst = each if each in found else worst
        return worst

    @property
    def claims(self) -> tuple[Moved, ...]:
        """Claims whose data would stay behind."""
        return tuple(each for each in self.moved if each.old.kind == "PersistentVolumeClaim")


def change_between(before: Plan, after: Plan, service: str) -> Change:
    """The change to everything that a service declares, and to its namespace."""
    old, new = _objects(before, service), _objects(after, service)
    gone = [key for key in old if key not in new]
    fresh = [key for key in new if key not in old]
    moved: list[Moved] = []
    for key in gone:
        alike = [each for each in fresh if (each.kind, each.group) == (key.kind, key.group)]
        successor = next((each for each in alike if each.name == key.name), None)
        successor = successor or (alike[0] if len(alike) == 1 else None)
        if successor:
            moved.append(Moved(key, successor))
            fresh.remove(successor)
    moving = {each.old for each in moved}
    return Change(
        tuple(each for key in new if key in old for each in _differences(old[key], new[key])),
        tuple(moved),
        tuple(key for key in gone if key not in moving),
        tuple(fresh),
    )


def _differences(old: Manifest, new: Manifest) -> Iterator[Difference]:
    """Fields that are set anew, and those that the program states no more and so removes."""
    found = differences(new, old)
    yield from found
    seen = {each.path for each in found}
    for each in differences(old, new):
        if each.path not in seen and each.live is None:
            yield each._replace(live=each.stated, stated=None)


def _objects(plan: Plan, service: str) -> Mapping[Key, Manifest]:
    found = next(each for each in plan.services if each.name == service)
    namespaces = (each.manifest for each in plan.namespaces if each.name == found.namespace and each.is_declared)
    return {key_of(each): each for each in (*namespaces, *_release(found), *found.objects)}


def _release(service: Service) -> Iterator[Manifest]:
    """A release of Helm by its name: in another namespace it is another one."""
    if service.release:
        place = {"name": service.release.name, "namespace": service.namespace}
        yield {"apiVersion": "helm.sh/v3", "kind": "Release", "metadata": place}


def steps(change: Change, before: Plan, service: str, volumes: Mapping[Key, str]) -> Iterator[str]:
    """Commands without which data is lost or the API server refuses the change, in order. `volumes` are the volumes of
    claims, as far as they are known."""
    old = _objects(before, service)
    recreated = tuple(_recreated(change, old))
    for key in recreated:
        yield (
            f"kubectl --namespace {key.namespace} patch deployment {key.name} --type merge -p "
            """'{"spec":{"strategy":{"type":"Recreate","rollingUpdate":null}}}'"""
            "  # figures that the API server filled in"
        )
    if change.claims:
        for key in old:
            if key.kind in ("Deployment", "StatefulSet"):
                yield f"kubectl --namespace {key.namespace} scale {key.kind.lower()}/{key.name} --replicas 0"
    for claim, new in change.claims:
        volume = volumes.get(claim, "VOLUME")
        if claim not in volumes:
            yield (
                f"kubectl --namespace {claim.namespace} get pvc {claim.name} -o jsonpath={{.spec.volumeName}}"
                "  # this is VOLUME below"
            )
        yield f"""kubectl patch pv {volume} -p '{{"spec":{{"persistentVolumeReclaimPolicy":"Retain"}}}}'"""
        yield f"kubectl --namespace {claim.namespace} delete pvc {claim.name}"
        yield f"""kubectl patch pv {volume} --type json -p '[{{"op":"remove","path":"/spec/claimRef"}}]'"""
        yield f"# state volume: {volume} where the file has the volume of {new.name}, so that the new claim gets it"
    for key in old:
        if key.kind == "StatefulSet" and any(each.old == key for each in change.moved):
            yield (
                f"# claims of the template of {key.name} stay behind with their data: bind their volumes to the new "
                "claims in the same way, or copy what is in them"
            )
    for each in change.moved:
        if each.old.kind == "Release":
            yield (
                f"# the release {each.new.name} is installed anew, and the old one is uninstalled with all that its "
                "chart made, claims too: copy what is in them first"
            )
    if recreated or change.claims or change.moved:
        yield "homelab up  # it names what is protected, and how to take the protection away"


def _recreated(change: Change, old: Mapping[Key, Manifest]) -> Iterator[Key]:
    """Deployments that recreate their pods from now on, and whose figures of a rolling update nobody stated: the API
    server has filled them in, keeps them, and refuses the change."""
    for each in change.differences:
        is_stated = each.stated in ("Recreate", {"type": "Recreate"}) and each.path[:2] == ("spec", "strategy")
        before = mapping(old.get(each.key, {}), "spec", "strategy")
        if each.key.kind == "Deployment" and is_stated and not mapping(before, "rollingUpdate"):
            yield each.key


def stated_volumes(plan: Plan, service: str) -> dict[Key, str]:
    """The volume of each claim that names it."""
    return {
        key: volume
        for key, manifest in _objects(plan, service).items()
        if key.kind == "PersistentVolumeClaim" and (volume := text(manifest, "spec", "volumeName"))
    }
