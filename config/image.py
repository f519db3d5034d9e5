"""References to container images, by the grammar of the registries (github.com/distribution/reference)."""

import re
from functools import lru_cache
from typing import Annotated

from pydantic import AfterValidator, WithJsonSchema

from config.model import shown

_COMPONENT = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_DOMAIN = rf"(?:localhost|{_LABEL}(?:\.{_LABEL})+|{_LABEL}(?:\.{_LABEL})*:[0-9]+)"
_NAME = re.compile(rf"(?:{_DOMAIN}/)?{_COMPONENT}(?:/{_COMPONENT})*")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_SCHEME = re.compile(r"^(https?|oci|docker|docker-daemon)://", re.IGNORECASE)
_EXAMPLE = "ghcr.io/immich-app/immich-server:v3.1.0"
_LONGEST_NAME = 255


@lru_cache(maxsize=4096)
def image_refusal(text: str) -> str | None:
    """Why a text is not an image; None if it is one."""
    problem = f"{shown(text)} is not an image"
    if scheme := _SCHEME.match(text):
        return f"{problem}: write it without {scheme[0]}"
    if re.search(r"\s", text) or not text:
        return f"{problem}, for example {_EXAMPLE}"
    if reason := _is_page(text):
        return f"{problem}: {reason}"
    before, at, digest = text.partition("@")
    name, tag = _parted(before)
    if at and not _DIGEST.fullmatch(digest):
        return f"{problem}: after the @ stands sha256: and 64 hexadecimal digits in lower case"
    if tag is not None and not _TAG.fullmatch(tag):
        return f"{problem}: {shown(tag)}, after the last colon, is not a tag"
    if _NAME.fullmatch(name) and len(name) <= _LONGEST_NAME:
        return None
    if len(name) > _LONGEST_NAME:
        return f"{problem}: its name has {len(name)} characters; {_LONGEST_NAME} are allowed"
    if _NAME.fullmatch(name.lower()):
        return f"{problem}: its name has capitals; write {name.lower()}"
    return f"{problem}, for example {_EXAMPLE}"


def _is_page(text: str) -> str:
    """The reason why an address that people copy from a browser is no image: these hosts are no registries."""
    host, _, path = text.partition("/")
    if host == "hub.docker.com":
        image = path.removeprefix("r/").removeprefix("_/")
        return f"hub.docker.com has the pages of Docker Hub; write docker.io/{image}"
    registry = {"github.com": "ghcr.io", "gitlab.com": "registry.gitlab.com"}.get(host)
    return f"{host} has pages and sources; its registry is {registry}" if registry else ""


def _parted(text: str) -> tuple[str, str | None]:
    """Name and tag. A colon before a slash belongs to the registry's port."""
    name, colon, tag = text.rpartition(":")
    return (name, tag) if colon and "/" not in tag else (text, None)


def _checked(text: str) -> str:
    if reason := image_refusal(text):
        raise ValueError(reason)
    return text


Image = Annotated[
    str,
    AfterValidator(_checked),
    WithJsonSchema({"type": "string", "pattern": r"^[A-Za-z0-9][^\s]*$", "examples": [_EXAMPLE]}),
]


def registry_of(image: str) -> str:
    """The host of an image's registry, without its port; that of Docker Hub where the image names none."""
    host = host_of(image)
    return host.partition(":")[0] if host else "docker.io"


def host_of(image: str) -> str:
    """The host of its registry, with its port; empty where it names none."""
    host, slash, _ = image.partition("/")
    return host if slash and ("." in host or ":" in host or host == "localhost") else ""


_HUB = ("registry-1.docker.io/", "docker.io/")


def name_of(image: str) -> str:
    """An image's name without its tag, as most write it: `postgres`, `minio/minio`, `ghcr.io/immich-app/postgres`."""
    name = _parted(image.partition("@")[0])[0]
    for registry in _HUB:
        name = name.removeprefix(registry)
    return name.removeprefix("library/")


def repository_of(image: str) -> str:
    """An image's name without its tag and its registry: `postgres`, `minio/minio`, `immich-app/postgres`."""
    name = name_of(image)
    return name.removeprefix(f"{host_of(name)}/").removeprefix("library/")


def tag_of(image: str) -> str:
    """The tag of an image; empty where it has none."""
    return image.partition("@")[0].rpartition("/")[2].partition(":")[2]


def version_of(image: str) -> tuple[int, ...]:
    """The numbers with which the tag of an image begins; empty for a tag like latest."""
    numbers = tag_of(image).removeprefix("v").partition("-")[0].split(".")
    return tuple(map(int, numbers)) if all(each.isdigit() for each in numbers) else ()


def short_name(image: str) -> str:
    """The last part of an image's name, without its tag."""
    return image.partition("@")[0].rpartition("/")[2].partition(":")[0]
