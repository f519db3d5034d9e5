"""Services of a compose file, as far as the lab loads with them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from config.lab import Lab
from operations.adopt.files.compose import ComposeService, InvalidCompose, compose_services
from operations.adopt.files.found import FileService, FilesFound, Unusable, sentences
from operations.adopt.trial import try_services


def find_compose(
    folder: Path,
    lab: Lab,
    file: Path,
    content: Any,
    variables: Mapping[str, str],
    *,
    tier: str,
    storage_class: str | None,
) -> FilesFound:
    """The services of a compose file with this content, for the lab in `folder`. Raises Unusable and InvalidLab."""
    if storage_class and storage_class not in lab.storage_classes:
        known = ", ".join(lab.storage_classes)
        raise Unusable(f"{lab.name} has no storage class {storage_class!r}; it has {known}")
    try:
        stated = compose_services(file, content, variables, tier, storage_class)
    except InvalidCompose as error:
        raise Unusable(str(error)) from None
    found = [_unless_there(each, lab) for each in stated]
    texts = {each.name: {f"{each.name}.yaml": each.text} for each in found if each.text}
    _, wrong = try_services(folder, {}, texts)
    services = tuple(
        FileService(
            name=each.name,
            kind="app",
            notes=each.notes,
            lacking=sentences(wrong[each.name]) if each.name in wrong else each.lacking,
        )
        for each in found
    )
    written = sorted(texts.keys() - wrong.keys())
    return FilesFound({f"services/{path}": text for name in written for path, text in texts[name].items()}, services)


def _unless_there(service: ComposeService, lab: Lab) -> ComposeService:
    if service.name not in lab.services:
        return service
    return service._replace(text="", lacking=(*service.lacking, "the lab has a service of this name already"))
