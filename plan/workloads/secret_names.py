"""Names of the Secrets that External Secrets makes for a service, and of the keys in them."""

import hashlib
import re

from plan.workloads.context import ServiceContext

_PLAIN_PATH = re.compile("[-_A-Za-z0-9/]+")
_PLAIN_NAME = re.compile("[-_A-Za-z0-9]+")
_LONGEST = 253


def secret_name(context: ServiceContext, store: str | None) -> str:
    """The Secret with what a service fetches from a store; one of its own for each that is not the lab's Vault."""
    return context.secret if store is None else f"{context.secret}-{store.rpartition('/')[2]}"


def whole_secret_name(context: ServiceContext, path: str, store: str | None) -> str:
    """The Secret with all keys at a path of a store."""
    return f"{secret_name(context, store)}-{path.replace('/', '-').replace('_', '-').lower().strip('-')}"


def secret_key(context: ServiceContext, variable: str, path: str | None, key: str | None) -> str:
    """The key in the service's Secret for a value in a store at `path`, `key`: the same for all its users.

    It reads as PATH.KEY. Where that could be another's too, `a/b` and `c` or `a` and `b.c`, or has signs that no key
    may have, a checksum keeps them apart.
    """
    at, name = path or context.name, key or variable
    joined = f"{at}.{name}".replace("/", ".")
    if _PLAIN_PATH.fullmatch(at) and _PLAIN_NAME.fullmatch(name) and len(joined) <= _LONGEST:
        return joined
    checksum = hashlib.sha256(f"{at}\0{name}".encode()).hexdigest()[:12]
    return f"{re.sub('[^-._A-Za-z0-9]', '-', joined)[: _LONGEST - 13]}-{checksum}"
