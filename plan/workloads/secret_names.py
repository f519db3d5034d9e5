"""Names of the Secrets that External Secrets makes for a service, and of the keys in them."""

import re

from plan.workloads.context import ServiceContext
from plan.workloads.distinct import as_label, distinct

_PLAIN_PATH = re.compile("[-_A-Za-z0-9/]+")
_PLAIN_NAME = re.compile("[-_A-Za-z0-9]+")
_PLAIN_ITEM = re.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_LONGEST = 253
_RESERVED = ".."
"""No key of a Secret begins so."""


def secret_name(context: ServiceContext, store: str | None) -> str:
    """The Secret with what a service fetches from a store; one of its own for each that is not the lab's Vault."""
    if store is None:
        return context.secret
    of_namespace, _, name = store.rpartition("/")
    plain = f"{context.secret}-{name}"
    return distinct(plain, store, longest=_LONGEST) if of_namespace else plain


def whole_secret_name(context: ServiceContext, path: str, store: str | None) -> str:
    """The Secret with all keys at a path of a store: by the path's name where that can be no other's."""
    plain = f"{secret_name(context, store)}-{as_label(path)}".rstrip("-")
    is_plain = _PLAIN_ITEM.fullmatch(path) and len(plain) <= _LONGEST
    if store is None and is_plain and path not in _stores(context):
        return plain
    return distinct(plain, store or "", path, longest=_LONGEST)


def _stores(context: ServiceContext) -> set[str | None]:
    """The stores that the service's containers name."""
    containers = [container for _, container in context.service.containers_of(context.name)]
    variables = {source.store for container in containers for source in container.secrets.values()}
    return variables | {file.store for container in containers for file in container.secret_files.values()}


def secret_key(context: ServiceContext, variable: str, path: str | None, key: str | None) -> str:
    """The key in the service's Secret for a value in a store at `path`, `key`: the same for all its users.

    It reads as PATH.KEY. Where that could be another's too, `a/b` and `c` or `a` and `b.c`, or has signs that no key
    may have, a checksum keeps them apart.
    """
    at, name = path or context.name, key or variable
    joined = f"{at}.{name}".replace("/", ".")
    is_plain = _PLAIN_PATH.fullmatch(at) and _PLAIN_NAME.fullmatch(name) and not joined.startswith(_RESERVED)
    if is_plain and len(joined) <= _LONGEST:
        return joined
    readable = re.sub("[^-._A-Za-z0-9]", "-", joined)
    return distinct(readable.lstrip(".") if readable.startswith(_RESERVED) else readable, at, name, longest=_LONGEST)
