"""Objects and settings of pods in the values of a chart, as far as they are written there as in manifests."""

from collections.abc import Iterator
from typing import Any

from config.service import HelmService, Service
from config.source import Path, is_mapping, is_sequence
from plan.model import Manifest


def manifests_in(service: Service) -> Iterator[Manifest]:
    """Whole objects in the values of a chart (`extraObjects`, `extraDeploy`)."""
    for _, each in _mappings(service.values, (), whole=True) if isinstance(service, HelmService) else ():
        metadata = each.get("metadata")
        if _is_object(each) and is_mapping(metadata) and isinstance(metadata.get("name"), str):
            yield each


def settings_in(name: str, service: Service) -> Iterator[tuple[Path, dict[str, Any]]]:
    """All mappings of the values, but for those of whole objects, each with where it stands."""
    if isinstance(service, HelmService):
        yield from _mappings(service.values, ("services", name, "values"), whole=False)


def _mappings(of: Any, path: Path, *, whole: bool) -> Iterator[tuple[Path, dict[str, Any]]]:
    if is_mapping(of):
        if _is_object(of) and not whole:
            return
        yield path, of
    below = of.items() if is_mapping(of) else enumerate(of) if is_sequence(of) else ()
    for key, each in below:
        yield from _mappings(each, (*path, key), whole=whole)


def _is_object(of: dict[str, Any]) -> bool:
    return isinstance(of.get("apiVersion"), str) and isinstance(of.get("kind"), str)
