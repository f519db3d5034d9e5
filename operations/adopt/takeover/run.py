"""Takes a stack's objects over: previews, moves their ownership, imports them, and previews again."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from operations.adopt.cluster.releases import HelmRelease, read_releases
from operations.adopt.takeover.import_file import Live, TakeOver, take_over, urns_of, written
from operations.adopt.takeover.live import Owned, Unfit, own
from operations.clients.kubernetes import Api
from operations.clients.pulumi import Pulumi
from plan.model import Manifest
from plan.model.fields import entries, mapping


class Outcome(NamedTuple):
    """Outcome of taking over."""

    take_over: TakeOver
    moved: int
    """Objects whose owners were written; in a dry run, would be."""
    left: Mapping[str, int]
    """Steps of the preview afterwards, counted by operation; empty where nothing was imported."""


WAY_IN = ("**index:Cluster::**", "**index:Cluster$**")
"""The component of the way into the cluster, and its provider: all that has to be in the state beforehand."""
STEPS: Mapping[str, str] = {
    "way in": "the way into the cluster",
    "preview": "previewing",
    "objects": "asking for objects",
    "import": "importing",
}
Tell = Callable[[str, int, int], None]
"""Told of each step: what it is about, how many are done, and of how many."""


def run_take_over(pulumi: Pulumi, api: Api, *, write: bool, tell: Tell = lambda what, done, of: None) -> Outcome:
    """Take over what a stack declares and what runs. Without `write` nothing is changed, in cluster and state.

    Resources that an interrupted run has imported are in the state, and the next run leaves them out.

    Raises PulumiFailed, and Refused where the cluster cannot be asked.
    """
    held = urns_of(pulumi.export())
    if write and not any("pulumi:providers:kubernetes" in urn for urn in held):
        tell("way in", 0, 1)
        pulumi.up(WAY_IN)
        held = urns_of(pulumi.export())
    tell("preview", 0, 1)
    preview = pulumi.preview()
    total = len(entries(preview.import_file, "resources"))
    moved: list[bool] = []
    releases = _Releases(api)

    def get(stated: Manifest) -> Owned | Unfit | None:
        tell("objects", len(moved), total)
        found = own(api, stated, write=write)
        moved.append(isinstance(found, Owned) and found.moved)
        return found

    found = take_over(preview.import_file, preview.printed, held, Live(get, releases.get))
    if not write or not found.taken:
        return Outcome(found, sum(moved), {})
    tell("import", 0, 1)
    pulumi.import_file(written(found))
    tell("preview", 0, 1)
    return Outcome(found, sum(moved), _counts(pulumi.preview().printed))


class _Releases:
    """The releases of Helm, asked for once in each namespace."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._known: dict[str, dict[str, HelmRelease]] = {}

    def get(self, namespace: str, name: str) -> HelmRelease | None:
        if namespace not in self._known:
            secrets = self._api.list("v1", "Secret", namespace, fields="type=helm.sh/release.v1")
            found, _ = read_releases(secrets)
            self._known[namespace] = {each.name: each for each in found}
        return self._known[namespace].get(name)


def _counts(preview: Mapping[str, object]) -> Mapping[str, int]:
    return {operation: int(count) for operation, count in mapping(preview, "changeSummary").items()}
