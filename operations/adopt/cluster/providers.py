"""Which service brings the kinds of an API group, where others use them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from observation.objects import annotations_of
from operations.adopt.cluster.services import FoundService
from operations.adopt.cluster.world import World
from plan.model.fields import text
from plan.model.metadata import api_group, is_installed

_KNOWN: Mapping[str, str] = {
    "monitoring.coreos.com": "kube-prometheus-stack",
    "gateway.envoyproxy.io": "gateway-helm",
    "ceph.rook.io": "rook-ceph",
}
"""Charts whose names are not in the groups that they bring."""


def providers(found: Iterable[FoundService], world: World, provided: Iterable[str] = ()) -> dict[str, list[str]]:
    """The groups that each service brings, by its name. `provided` are those that the lab has already.

    A group is brought by the release that says so on a definition of its kinds, or whose name is in the group; and
    where no release does, its kinds are there all the same, with the first service that uses them.
    """
    services = list(found)
    users: dict[str, FoundService] = {}
    for service in services:
        for key in service.objects:
            group = api_group(world.manifests[key])
            if is_installed(group):
                users.setdefault(group, service)
    brought: dict[str, list[str]] = defaultdict(list)
    for group in sorted(users.keys() - set(provided)):
        brought[(_release_of(group, services, world) or users[group]).name].append(group)
    return brought


def _release_of(group: str, services: Iterable[FoundService], world: World) -> FoundService | None:
    stated = {
        str(annotations_of(manifest).get("meta.helm.sh/release-name", ""))
        for key, manifest in world.manifests.items()
        if key.kind == "CustomResourceDefinition" and text(manifest, "spec", "group") == group
    }
    words = {*group.split(".")[:-1], _KNOWN.get(group, "")} - {""}
    charts = [(each, world.releases[each.release].chart) for each in services if each.release]
    by_mark = (each for each, _ in charts if each.release and each.release.name in stated)
    by_name = (each for each, chart in charts if {each.name, chart} & words)
    return next(by_mark, None) or next(by_name, None)
