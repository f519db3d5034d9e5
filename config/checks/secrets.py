"""Secrets come from somewhere, and are found where they are used."""

from collections.abc import Collection, Iterator

from config.draft import Draft
from config.service import HelmService, Service
from config.service.container import Container
from config.service.environment import references
from config.source import Path, Problem
from config.suggest import did_you_mean


def check_secrets(lab: Draft) -> Iterator[Problem]:
    """A secret in Vault needs a Vault; each secret has one source; references of variables resolve."""
    has_vault = not lab.cluster or lab.cluster.platform.secrets is not None
    for name, service in lab.services.items():
        for path, is_of_vault in _sources(lab, name):
            if is_of_vault and not has_vault:
                yield lab.problem(path, "needs platform.secrets in cluster.yaml: the Vault that secrets come from")
        for path, container in service.containers_of(name):
            yield from _check_sources(lab, path, container)
            yield from _check_stated_once(lab, path, container)
            yield from _check_order(lab, path, container)
            yield from _check_references(lab, path, container)
            for where, file in container.secret_files.items():
                at = (*path, "secret_files", where)
                if file.is_fetched and file.key is None:
                    yield lab.problem(at, "needs key: the key in the store whose value is the file")
        if isinstance(service, HelmService):
            for key, source in service.secrets.items():
                if source.secret is not None:
                    message = "a chart refers to a Secret by its values; state it there, and remove it here"
                    yield lab.problem(("services", name, "secrets", key), message)


def check_external_secrets(lab: Draft) -> Iterator[Problem]:
    """A stated ExternalSecret fetches something from a store, and is no other Secret of the service."""
    has_vault = not lab.cluster or lab.cluster.platform.secrets is not None
    for name, service in lab.services.items():
        for key, stated in service.external_secrets.items():
            path: Path = ("services", name, "external_secrets", key)
            if not stated.keys and not stated.items:
                yield lab.problem(path, "fetches nothing; state keys, or items of which it has all fields")
            if stated.store is None and not has_vault:
                yield lab.problem(path, "needs store, or platform.secrets in cluster.yaml: where its values come from")
            if key == service.secret(name) and _has_secrets(service):
                yield lab.problem(path, f"{key!r} is made of the service's secrets; give it another name")
            if stated.keeps_others and not stated.template:
                yield lab.problem((*path, "keeps_others"), "has no effect without template; leave it out")


def _has_secrets(service: Service) -> bool:
    stated = service.secrets if isinstance(service, HelmService) else {}
    sources = (source for _, container in service.containers_of("") for source in container.secrets.values())
    return bool(stated) or any(map(_is_of_vault, sources))


def _sources(lab: Draft, name: str) -> Iterator[tuple[Path, bool]]:
    """Where secrets are stated, and whether they are the lab's Vault's."""
    service = lab.services[name]
    if isinstance(service, HelmService) and service.secrets:
        yield ("services", name, "secrets"), any(_is_of_vault(each) for each in service.secrets.values())
    for path, container in service.containers_of(name):
        if container.secrets:
            yield (*path, "secrets"), any(_is_of_vault(each) for each in container.secrets.values())
        for index, each in enumerate(container.env_from):
            yield (*path, "env_from", index), each.path is not None and each.store is None
        for where, file in container.secret_files.items():
            yield (*path, "secret_files", where), file.is_fetched and file.store is None


def _is_of_vault(source: object) -> bool:
    return getattr(source, "secret", None) is None and getattr(source, "store", None) is None


def _check_sources(lab: Draft, path: Path, container: Container) -> Iterator[Problem]:
    for variable, source in container.secrets.items():
        if source.secret is not None and (source.path or source.store):
            message = "secret names a Secret that is there; leave out path and store, or secret"
            yield lab.problem((*path, "secrets", variable), message)
    for index, each in enumerate(container.env_from):
        if sum(value is not None for value in (each.secret, each.config_map, each.path)) != 1:
            yield lab.problem((*path, "env_from", index), "state one of secret, config_map and path")


def _check_order(lab: Draft, path: Path, container: Container) -> Iterator[Problem]:
    known = _variables(container)
    for index, variable in enumerate(container.env_order):
        if variable not in known:
            message = f"there is no variable {variable!r}{did_you_mean(variable, known)}"
            yield lab.problem((*path, "env_order", index), message)


_OF_EACH = "KUBERNETES_"
"""Beginning of the variables that each pod has: where the API server is."""
_KEYS_OF_VARIABLES = ("env", "secrets", "env_keys", "env_fields", "kept_env")
"""Keys of a container under which variables stand by their names."""


def _check_stated_once(lab: Draft, path: Path, container: Container) -> Iterator[Problem]:
    """Kubernetes takes a variable twice, and gives the container the last one."""
    seen: dict[str, str] = {}
    for key in _KEYS_OF_VARIABLES:
        for index, variable in enumerate(getattr(container, key)):
            if (before := seen.setdefault(variable, key)) != key:
                at = index if key == "kept_env" else variable
                yield lab.problem((*path, key, at), f"{variable!r} stands under {before} too; leave one of them out")


def _variables(container: Container) -> Collection[str]:
    """The variables that a container states by their names."""
    return frozenset(name for key in _KEYS_OF_VARIABLES for name in getattr(container, key))


def _check_references(lab: Draft, path: Path, container: Container) -> Iterator[Problem]:
    """Kubernetes leaves a reference to an unknown variable in the text as it is, and the program reads `$(NAME)`."""
    known = _variables(container)
    if container.env_from:
        return
    for volume, mounts in container.mounts.items():
        for name in (each for mount in mounts for each in _unresolved(mount.sub_path or "", known)):
            yield lab.problem((*path, "mounts", volume), _unknown(name, known))
    for variable, value in container.env.items():
        for name in _unresolved(value, known):
            yield lab.problem((*path, "env", variable), f"{_unknown(name, known)}; {_as_text(name)}")
        if variable in references(value):
            message = f"names itself, and Kubernetes puts in only what comes before it; {_as_text(variable)}"
            yield lab.problem((*path, "env", variable), message)
    for key in ("command", "args"):
        for index, word in enumerate(getattr(container, key)):
            for name in filter(str.isupper, _unresolved(word, known)):
                yield lab.problem((*path, key, index), f"{_unknown(name, known)}; {_as_text(name)}")


def _unresolved(text: str, known: Collection[str]) -> list[str]:
    return [each for each in references(text) if each not in known and not each.startswith(_OF_EACH)]


def _unknown(name: str, known: Collection[str]) -> str:
    return f"refers to the variable {name!r}, which is not stated{did_you_mean(name, known)}"


def _as_text(name: str) -> str:
    return f"write $$({name}) for the text itself"
