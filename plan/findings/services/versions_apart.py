"""Parts of one application that have different versions."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from config.image import repository_of, tag_of
from plan.findings.program import Program
from plan.model.findings import Finding, Rule
from plan.wording import listed

VERSIONS_APART = Rule(
    "VERSIONS-APART",
    "warning",
    title="Parts of one application have different versions",
    meaning=(
        "Some applications are several programs that share a database or speak to one another in a way that changes "
        "from release to release: their projects support one version for all. An update that reaches one of them "
        "leaves the others with tables, queues or answers that they do not know."
    ),
    remedy="Give all of them the same tag, and update them in one change.",
)


class _Family(NamedTuple):
    """Images of one application, and what comes of two versions."""

    images: frozenset[str]
    meets: str


_FAMILIES = (
    _Family(
        frozenset({f"goauthentik/{part}" for part in ("server", "proxy", "ldap", "radius", "rac")}),
        "tasks of one version run by the other fail, and an outpost answers 404",
    ),
    _Family(
        frozenset({"immich-app/immich-server", "immich-app/immich-machine-learning"}),
        "searches and faces fail where the answers of the models have changed",
    ),
    _Family(
        frozenset({"mastodon/mastodon", "mastodon/mastodon-streaming"}),
        "one of them does not know the tables of the other",
    ),
    _Family(frozenset({"netboxcommunity/netbox"}), "one of them does not know the tables of the other"),
)
"""From each project's guide to updates."""


def version_apart_findings(found: Iterable[Program]) -> Iterator[Finding]:
    """A finding for each application whose parts are of several versions."""
    known = frozenset(image for family in _FAMILIES for image in family.images)
    programs = [each for each in found if repository_of(each.image) in known and not each.ends and each.version]
    for family in _FAMILIES:
        parts = [each for each in programs if repository_of(each.image) in family.images]
        roles = {(repository_of(each.image), each.words) for each in parts}
        versions = {each.version for each in parts}
        if len(versions) > 1 and len(roles) == len(parts):
            oldest = min(parts, key=lambda each: each.version)
            yield VERSIONS_APART.finding(
                oldest.at("image"),
                f"{listed([f'{each.name} ({tag_of(each.image)})' for each in parts])} are parts of one application, "
                f"and have different versions: {family.meets}",
                f"give all of them the same version, {tag_of(max(parts, key=lambda each: each.version).image)}",
                about=listed(sorted(each.name for each in parts)),
                facts={"versions": tuple(sorted({tag_of(each.image) for each in parts}))},
            )
