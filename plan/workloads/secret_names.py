"""Names of the Secrets that External Secrets makes for a service, and of the keys in them."""

from plan.workloads.context import Scope


def secret_name(scope: Scope, store: str | None) -> str:
    """The Secret with what a service fetches from a store; one of its own for each that is not the lab's Vault."""
    return scope.secret if store is None else f"{scope.secret}-{store.rpartition('/')[2]}"


def whole_secret_name(scope: Scope, path: str, store: str | None) -> str:
    """The Secret with all keys at a path of a store."""
    return f"{secret_name(scope, store)}-{path.replace('/', '-').replace('_', '-').lower().strip('-')}"


def secret_key(scope: Scope, variable: str, path: str | None, key: str | None) -> str:
    """The key in the service's Secret for what lies in a store at `path`, `key`: the same for all who use it."""
    return f"{path or scope.name}.{key or variable}".replace("/", ".")
