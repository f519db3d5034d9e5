"""Applications that make up a key when they start, and keep it in the container."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from config.image import repository_of
from plan.findings.program import Program
from plan.model.findings import Finding, Rule

KEY_GOES_WITH_POD = Rule(
    "KEY-GOES-WITH-POD",
    "warning",
    title="An application makes up its key anew with each pod",
    meaning=(
        "An application that is given no key makes one up when it starts. Where the key lies in the container, the "
        "next pod has another one: sessions end, and nothing that the old one encrypted can be read any more. Nothing "
        "fails until then. Applications are known by their image."
    ),
    remedy="Give it the key as a secret, before it has encrypted anything; one that runs has its key in the container.",
)


class _Key(NamedTuple):
    """The key of an application."""

    variables: tuple[str, ...]
    """By which it is given; the first one is named."""
    lost: str
    """The loss with a new key."""
    kept: str = ""
    """The folder in which it is kept, where it is; on a volume it stays."""
    data_elsewhere: str = ""
    """The variable with which its data lies in a database elsewhere; without it, it goes with the key."""


_SESSIONS = "everybody has to sign in again"
_CREDENTIALS = "the credentials that it has saved cannot be read any more"

_IMAGES: Mapping[str, _Key] = {
    "directus/directus": _Key(("SECRET", "SECRET_FILE"), _SESSIONS),
    "flowiseai/flowise": _Key(
        ("FLOWISE_SECRETKEY_OVERWRITE", "SECRETKEY_PATH", "SECRETKEY_STORAGE_TYPE"),
        _CREDENTIALS,
        "/root/.flowise",
        "DATABASE_TYPE",
    ),
    "hedgedoc/hedgedoc": _Key(("CMD_SESSION_SECRET",), _SESSIONS),
    "n8nio/n8n": _Key(
        ("N8N_ENCRYPTION_KEY", "N8N_ENCRYPTION_KEY_FILE", "N8N_USER_FOLDER"), _CREDENTIALS, "/home/node/.n8n", "DB_TYPE"
    ),
    "open-webui/open-webui": _Key(("WEBUI_SECRET_KEY", "WEBUI_SECRET_KEY_FILE", "WEBUI_JWT_SECRET_KEY"), _SESSIONS),
    "vikunja/vikunja": _Key(
        ("VIKUNJA_SERVICE_SECRET", "VIKUNJA_SERVICE_JWTSECRET", "VIKUNJA_SERVICE_SECRET_FILE"), _SESSIONS
    ),
}
"""By name, without the registry and Docker Hub's `library/`: the documentation of each."""


def made_up_key_findings(found: Iterable[Program]) -> Iterator[Finding]:
    """A finding for each application that is given no key, and keeps its own in no volume."""
    for each in found:
        known = _IMAGES.get(repository_of(each.image))
        if known is None or each.variables is None or each.ends or each.variables & {*known.variables}:
            continue
        has_nothing = known.data_elsewhere and known.data_elsewhere not in each.variables
        if each.files or has_nothing or (known.kept and each.is_on_volume(known.kept)):
            continue
        yield KEY_GOES_WITH_POD.finding(
            each.path,
            f"{each.image} of {each.name} is given no key and makes one up in its container: with the next pod "
            f"{known.lost}",
            f"give it {known.variables[0]} as a secret"
            + (f", or mount a volume at {known.kept}" if known.kept else "")
            + ", before it keeps anything with a key of its own",
            about=each.name,
            facts={"variable": known.variables[0]},
        )
