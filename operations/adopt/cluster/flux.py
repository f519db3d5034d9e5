"""How Flux releases objects: Kustomizations, and HelmReleases with the releases that they install."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from observation.objects import labels_of
from operations.adopt.cluster.objects import Key
from operations.adopt.cluster.origins import OfRelease
from operations.adopt.cluster.steps import HAND, Step
from operations.adopt.cluster.world import World
from plan.model import Manifest
from plan.model.fields import text

_KUSTOMIZE = "kustomize.toolkit.fluxcd.io"
HELM = "helm.toolkit.fluxcd.io"
PRUNE = f"{_KUSTOMIZE}/prune=disabled"
"""The mark that keeps Flux from pruning: without it, Flux removes the object."""


def release_of(helm_release: Manifest) -> OfRelease:
    """The release of Helm that a HelmRelease installs."""
    namespace, name = text(helm_release, "metadata", "namespace"), text(helm_release, "metadata", "name")
    target = text(helm_release, "spec", "targetNamespace")
    called = text(helm_release, "spec", "releaseName") or (f"{target}-{name}" if target else name)
    return OfRelease(target or namespace, called)


def flux_steps(world: World, keys: Iterable[Key], releases: Iterable[OfRelease]) -> Iterator[Step]:
    """The steps for these objects and releases. Of what is suspended, Flux removes nothing: a Kustomization leaves its
    objects, and a HelmRelease its release."""
    wanted = set(releases)
    installing = [key for key, each in world.manifests.items() if _is_helm_release(key) and release_of(each) in wanted]
    drivers: dict[tuple[str, str], list[Key]] = defaultdict(list)
    for key in (*keys, *installing):
        labels = labels_of(world.manifests[key])
        if name := labels.get(f"{_KUSTOMIZE}/name"):
            drivers[str(labels.get(f"{_KUSTOMIZE}/namespace", "flux-system")), str(name)].append(key)
    for namespace, name in drivers:
        purpose = f"{name} is no longer applied"
        yield Step("Flux", purpose, f"flux suspend kustomization {name} --namespace {namespace}")
    for key in installing:
        purpose = f"{key.name} is no longer upgraded"
        yield Step("Flux", purpose, f"flux suspend helmrelease {key.name} --namespace {key.namespace}")
    for key in (each for objects in drivers.values() for each in objects):
        where = f" --namespace {key.namespace}" if key.namespace else ""
        command = f"kubectl annotate --field-manager {HAND} {key.kind_and_group.lower()} {key.name}{where} {PRUNE}"
        yield Step("Flux", f"{key.name} stays when it is removed from the repository", command)


def is_of_flux(manifest: Manifest) -> bool:
    """Whether Flux says that it applies an object."""
    return f"{_KUSTOMIZE}/name" in labels_of(manifest)


def _is_helm_release(key: Key) -> bool:
    return (key.kind, key.group) == ("HelmRelease", HELM)
