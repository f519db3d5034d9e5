"""Objects from files of a service: `services/<service>/<file>.yaml`, any number in each."""

from collections.abc import Iterator, Mapping
from pathlib import Path as FilePath
from typing import Any, NamedTuple, cast

from pydantic import ValidationError

from config.api_rules import object_refusals
from config.explain import problems_of
from config.files import UnreadableFile, read_file
from config.pod import POD_TEMPLATES, Claim, PodTemplate
from config.pod_rules import no_text
from config.source import Path, Place, Places, Problem, is_mapping, is_sequence, read_documents

SET_BY_THE_API_SERVER = ("creationTimestamp", "generation", "managedFields", "resourceVersion", "selfLink", "uid")
"""Fields of an object's metadata that only the API server sets."""


class StatedObject(NamedTuple):
    """A Kubernetes object as it is written in a file."""

    path: Path
    """Where: `("objects", service, file, number)`."""
    content: Mapping[str, Any]

    @property
    def kind(self) -> str:
        """Its kind."""
        return self.content["kind"]

    @property
    def name(self) -> str:
        """Its name."""
        return self.content["metadata"]["name"]

    @property
    def namespace(self) -> str | None:
        """The namespace that it states; empty for what belongs to none, None where nothing is stated."""
        return self.content["metadata"].get("namespace")


_TEXTS = frozenset(
    {"annotations", "labels", "matchLabels", "nodeSelector", "parameters", "volumeAttributes", "selector"}
)
"""Mappings of which every value is a text."""


LARGEST = 64 << 20
"""Bytes. The largest file of objects: those of an operator with all its kinds have about five million."""


def read_objects(file: FilePath, service: str, places: Places) -> tuple[list[StatedObject], list[Problem]]:
    """The objects in a file, and what is wrong with it. What is wrong is left out."""
    path: Path = ("objects", service, file.name)
    try:
        documents, problems = read_documents(str(file), read_file(file, LARGEST), path, places)
    except UnreadableFile as error:
        return [], [Problem(Place(str(file), 1, 1), path, str(error))]
    found: list[StatedObject] = []
    for index, document in enumerate(documents):
        at = (*path, index)
        wrong = [
            Problem(places.find(each) or places.by_path[path], each, message) for each, message in _wrong(document, at)
        ]
        if not wrong:
            wrong = _unplannable(document, at, places)
        if not wrong and is_mapping(document):
            otherwise = dict(_read_otherwise(document, at, places))
            refused = (*(each for each in object_refusals(document) if each[0] not in otherwise), *otherwise.items())
            wrong = [
                Problem(
                    places.find((*at, *where)) or places.by_path[path],
                    (*at, *where),
                    _as_written(_at(document, where), message, places.written.get((*at, *where))),
                )
                for where, message in refused
                if all(each.path != (*at, *where) for each in problems)
            ]
        if not wrong and not any(each.path[: len(at)] == at for each in problems):
            found.append(StatedObject(at, as_lists(document)))
        problems += wrong
    if not documents and not problems:
        problems.append(Problem(places.by_path[path], path, "there is no object in it"))
    return found, problems


def _wrong(document: Any, path: Path) -> Iterator[tuple[Path, str]]:
    """Errors for which a document is not a Kubernetes object."""
    if not is_mapping(document):
        yield path, "an object is a mapping with apiVersion, kind and metadata"
        return
    for key in ("apiVersion", "kind"):
        if not isinstance(document.get(key), str):
            yield path, f"an object needs {key}"
    if str(document.get("kind")).endswith("List") and "items" in document:
        yield (*path, "kind"), "write each object of the list as a document of its own, with --- between them"
        return
    metadata = document.get("metadata")
    if not is_mapping(metadata) or not isinstance(metadata.get("name"), str):
        yield path, "an object needs metadata.name"
        return
    for key in SET_BY_THE_API_SERVER:
        if key in metadata:
            yield (*path, "metadata", key), "remove it: the API server sets it"
    if "status" in document:
        yield (*path, "status"), "remove it: a controller writes it"


def _unplannable(document: Mapping[str, Any], path: Path, places: Places) -> list[Problem]:
    """Problems with the pods and claims of an object that cannot be planned."""
    problems: list[Problem] = []
    for model, where in _read_by_the_planner(document):
        try:
            model.model_validate(_at(document, where))
        except ValidationError as error:
            problems += problems_of(error, model, (*path, *where), places)
    return problems


def _read_by_the_planner(document: Mapping[str, Any]) -> Iterator[tuple[type[PodTemplate | Claim], Path]]:
    kind = document["kind"]
    if kind in POD_TEMPLATES:
        yield PodTemplate, POD_TEMPLATES[kind]
    if kind == "PersistentVolumeClaim":
        yield Claim, ()
    if kind == "StatefulSet":
        templates = _at(document, ("spec", "volumeClaimTemplates"))
        for index in range(len(templates) if is_sequence(templates) else 0):
            yield Claim, ("spec", "volumeClaimTemplates", index)


def _as_written(value: Any, message: str, written: str | None) -> str:
    """A message about a number, with the digits that stand in the file."""
    return (written and message == no_text(value) and no_text(value, written)) or message


def _read_otherwise(document: Mapping[str, Any], at: Path, places: Places) -> Iterator[tuple[Path, str]]:
    """Values without quotes that kubectl reads as another thing than a text, where Kubernetes may have no text."""
    for path, other in places.read_otherwise.items():
        where = path[len(at) :]
        if path[: len(at)] == at and not _is_text(document["kind"], where):
            text = _at(document, where)
            yield where, f'kubectl reads {text} as {other}, and here it is a text: write {other}, or "{text}" in quotes'


def _is_text(kind: str, where: Path) -> bool:
    """Whether Kubernetes has a text there, whatever the object says: then only a text can be meant."""
    last, above, list_of = (*reversed(where), "", "", "")[:3]
    if isinstance(last, int):
        return above in ("command", "args")
    is_data = kind in ("ConfigMap", "Secret") and where[:1] in (("data",), ("stringData",), ("binaryData",))
    is_variable = last == "value" and list_of in ("env", "parameters")
    return is_data or is_variable or above in _TEXTS or last in ("name", "image", "namespace", "key")


def _at(document: Mapping[str, Any], where: Path) -> Any:
    value: Any = document
    for key in where:
        if is_sequence(value) and isinstance(key, int):
            value = value[key]
        else:
            value = value.get(str(key)) if is_mapping(value) else None
    return value


def as_read(value: Any) -> Any:
    """A value that is written, as it is when it is read: with tuples for its lists."""
    if is_mapping(value):
        return {key: as_read(each) for key, each in value.items()}
    return tuple(as_read(each) for each in cast("list[Any]", value)) if isinstance(value, list) else value


def as_lists(value: Any) -> Any:
    """A value that was read, with lists as they are in a manifest."""
    if is_mapping(value):
        return {key: as_lists(each) for key, each in value.items()}
    return [as_lists(each) for each in value] if is_sequence(value) else value
