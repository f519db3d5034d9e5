"""Objects from files of a service, and patches of those that the program writes."""

from collections.abc import Iterator

from config.draft import Draft
from config.namespaces import namespace_of
from config.objects import StatedObject
from config.pod import POD_TEMPLATES
from config.source import Problem, is_mapping

_OTHER = "a patch changes an object, and never which object it is; remove it"


def check_objects(lab: Draft) -> Iterator[Problem]:
    """A service of kind `objects` has some; what makes pods does so in the service's namespace."""
    for name, service in lab.services.items():
        if service.kind == "objects" and not service.objects:
            yield lab.problem(("services", name, "kind"), "needs objects: the files in services/" + name)
        for stated in lab.objects[name]:
            yield from _check_namespace(lab, name, stated)
        for target, patch in service.patch.items():
            for key in ("apiVersion", "kind"):
                if key in patch.merge:
                    yield lab.problem(("services", name, "patch", target, "merge", key), _OTHER)
            metadata: object = patch.merge.get("metadata")
            for key in ("name", "namespace"):
                if is_mapping(metadata) and key in metadata:
                    yield lab.problem(("services", name, "patch", target, "merge", "metadata", key), _OTHER)


def _check_namespace(lab: Draft, service: str, stated: StatedObject) -> Iterator[Problem]:
    own = namespace_of(lab, service)
    if stated.kind in POD_TEMPLATES and stated.namespace not in (None, own):
        message = (
            f"its pods would run in {stated.namespace!r}, and {service!r} is planned in {own!r}: give it a service "
        )
        yield lab.problem((*stated.path, "metadata", "namespace"), f"{message}with namespace: {stated.namespace}")
    if stated.kind == "Namespace" and stated.name in {namespace_of(lab, name) for name in lab.services}:
        message = "the program makes this namespace from its services; remove it, and state its labels there"
        yield lab.problem((*stated.path, "kind"), message)
