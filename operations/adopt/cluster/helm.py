"""How Helm releases objects that are declared by themselves: it forgets their release."""

from collections.abc import Iterable, Iterator

from observation.objects import annotations_of
from operations.adopt.cluster.objects import Key
from operations.adopt.cluster.origins import OfRelease
from operations.adopt.cluster.steps import Step
from operations.adopt.cluster.world import World

_NAME, _NAMESPACE = "meta.helm.sh/release-name", "meta.helm.sh/release-namespace"


def helm_steps(world: World, keys: Iterable[Key], releases: Iterable[OfRelease]) -> Iterator[Step]:
    """The steps for these objects. Releases of the lab are upgraded by the program, and stay."""
    marks = (annotations_of(world.manifests[key]) for key in keys)
    known = (OfRelease(str(each[_NAMESPACE]), str(each[_NAME])) for each in marks if {_NAME, _NAMESPACE} <= each.keys())
    stated = set(releases)
    recorded = {OfRelease(each.namespace, each.name) for each in world.releases.values()}
    for each in dict.fromkeys(known):
        if each in recorded - stated:
            purpose = f"{each.name} is forgotten, and its objects stay: no upgrade or uninstallation reaches them"
            command = f"delete secret --selector owner=helm,name={each.name}"
            yield Step("Helm", purpose, f"kubectl --namespace {each.namespace} {command}")
