"""How Argo CD releases objects: Applications, and whatever makes these."""

from collections.abc import Iterable, Iterator

from observation.objects import annotations_of, labels_of
from operations.adopt.cluster.objects import Key
from operations.adopt.cluster.steps import Step
from operations.adopt.cluster.world import World
from plan.model import Manifest
from plan.model.fields import entries

TRACKING = "argocd.argoproj.io/tracking-id"
_GROUP = "argoproj.io"


def argo_steps(world: World, keys: Iterable[Key]) -> Iterator[Step]:
    """The steps for these objects: first whatever makes an Application stops, then each Application."""
    applications = list(dict.fromkeys(filter(None, (_tracked_by(world.manifests[key]) for key in keys))))
    makers = dict.fromkeys(each for name in applications for each in _makers(world, name, {name}))
    for name in (each for each in makers if isinstance(each, str) and each not in applications):
        purpose = f"{name} makes no Application or ApplicationSet again"
        yield Step("Argo CD", purpose, f"argocd app set {name} --sync-policy none")
    for key in (each for each in makers if isinstance(each, Key)):
        purpose = f"{key.name} makes no Application again, and those that it made stay"
        command = f"kubectl --namespace {key.namespace} delete applicationset {key.name} --cascade=orphan"
        yield Step("Argo CD", purpose, command)
    for name in applications:
        yield Step("Argo CD", f"{name} is no longer synchronized", f"argocd app set {name} --sync-policy none")
    for name in applications:
        purpose = f"{name} is deleted, and its objects stay"
        yield Step("Argo CD", purpose, f"argocd app delete {name} --cascade=false --yes")


def is_of_argo(manifest: Manifest) -> bool:
    """Whether Argo CD says that it applies an object."""
    return bool(_tracked_by(manifest))


def _makers(world: World, name: str, seen: set[str]) -> Iterator[str | Key]:
    """The makers of an Application, the outermost first: Applications by name, ApplicationSets by key."""
    found = next((key for key in world.manifests if key.kind == "Application" and _called(key, name)), None)
    if found is None:
        return
    application = world.manifests[found]
    sets = [
        Key("ApplicationSet", found.namespace, str(each["name"]), _GROUP)
        for each in entries(application, "metadata", "ownerReferences")
        if each.get("kind") == "ApplicationSet"
    ]
    for each in (application, *(world.manifests[key] for key in sets if key in world.manifests)):
        parent = _tracked_by(each)
        if parent and parent not in seen:
            seen.add(parent)
            yield from _makers(world, parent, seen)
            yield parent
    yield from sets


def _called(key: Key, name: str) -> bool:
    namespace, _, short = name.rpartition("/")
    return key.name == short and namespace in ("", key.namespace)


def _tracked_by(manifest: Manifest) -> str:
    """The Application that an object is of, by Argo CD's mark, as its command line takes it; empty where it has none.
    One outside of Argo CD's own namespace is marked `NAMESPACE_NAME`."""
    tracked = str(annotations_of(manifest).get(TRACKING, "")).partition(":")[0]
    return (tracked or str(labels_of(manifest).get("argocd.argoproj.io/instance", ""))).replace("_", "/", 1)
