"""Services of a compose file, as far as the lab loads with them."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from config.lab import Lab
from config.namespaces import namespace_of
from config.source import Problem
from config.storage_class import BlockStorageClass, NfsStorageClass
from operations.adopt.files.compose.project import Receiver
from operations.adopt.files.compose.service import ComposeService, InvalidCompose, compose_services
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
    receiver = _receiver(lab, tier, storage_class)
    try:
        found, wrong = _settled(folder, partial(compose_services, file, content, variables, receiver))
    except InvalidCompose as error:
        raise Unusable(str(error)) from None
    services = tuple(
        FileService(
            name=each.name,
            kind="app",
            notes=each.notes,
            lacking=sentences(wrong[each.name]) if each.name in wrong else each.lacking,
            is_known=each.is_known,
        )
        for each in found
    )
    files = {f"services/{each.name}.yaml": each.text for each in found if each.text and each.name not in wrong}
    unread = ("include: its files are not read; adopt each of them by itself",) if content.get("include") else ()
    return FilesFound(files, services, unread)


def _settled(
    folder: Path, convert: Callable[[frozenset[str]], tuple[ComposeService, ...]]
) -> tuple[tuple[ComposeService, ...], Mapping[str, tuple[Problem, ...]]]:
    """The services, and what the loader says of those that it refuses. None waits for one that is not written: it would
    be refused itself."""
    lacking = frozenset(each.name for each in convert(frozenset()) if not (each.text or each.is_known))
    left_out = lacking
    while True:
        found = convert(left_out)
        _, wrong = try_services(
            folder, {}, {each.name: {f"{each.name}.yaml": each.text} for each in found if each.text}
        )
        unwritten = frozenset((*lacking, *wrong))
        if unwritten == left_out:
            return found, wrong
        left_out = unwritten


def _receiver(lab: Lab, tier: str, storage_class: str | None) -> Receiver:
    platform = lab.cluster.platform
    block = next((name for name, row in lab.storage_classes.items() if isinstance(row, BlockStorageClass)), None)
    folders = next((name for name, row in lab.storage_classes.items() if isinstance(row, NfsStorageClass)), None)
    usual = storage_class or block or next(iter(lab.storage_classes), None)
    return Receiver(
        tier=tier,
        storage_class=usual,
        shared_class=storage_class or folders or usual,
        settings=lab.tiers[tier],
        services={name: namespace_of(lab, name) for name in lab.services},
        has_vault=platform.secrets is not None,
        has_routes=platform.ingress is not None or bool(platform.gateways),
        signs_in=bool(platform.ingress and platform.ingress.forward_auth),
        domain=lab.site.domain,
    )
