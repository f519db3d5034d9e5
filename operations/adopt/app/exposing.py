"""Parts of an exposure that all kinds of routes have."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from config.kubernetes import is_subdomain
from operations.adopt.cluster.yaml_text import Flow, FlowList
from plan.model.fields import Fields, number, text

UNKNOWN = {"auth": "app", "reach": "internet"}
"""Who checks visitors of a route that exists, and who reaches it, is in its annotations: the program keeps nobody out
there, and says so."""


class Answering(NamedTuple):
    """A port that answers, as an exposure says it."""

    workload: str | None
    port: str | None
    """None is the first one."""


Answers = Mapping[tuple[str, int], Answering]
"""Ports that answer, by Service and port."""


def is_host(host: str) -> bool:
    """Whether an exposure can name it."""
    return "." in host and is_subdomain(host)


def said_hosts(hosts: Sequence[str], domain: str) -> dict[str, Any]:
    """Hosts in keys, those below the site's domain without it."""
    first, *others = (_short(each, domain) for each in hosts)
    return {"host": first, **({"further_hosts": FlowList(others)} if others else {})}


def _short(host: str, domain: str) -> str:
    name, _, rest = host.partition(".")
    return name if rest == domain else host


def said_paths(paths: Sequence[str], *, exact: bool) -> dict[str, Any]:
    """Paths in keys."""
    first, *others = paths
    return {
        **({} if first in ("", "/") else {"path": first}),
        **({"further_paths": FlowList(others)} if others else {}),
        **({"exact": True} if exact else {}),
    }


def said_backends(backends: Sequence[Fields], answers: Answers) -> dict[str, Any]:
    """Services that answer, in keys: by the port of the service where that is the only one."""
    only = backends[0]
    answering = answers.get((text(only, "service"), number(only, "port"))) if set(only) == {"service", "port"} else None
    if len(backends) == 1 and answering is not None:
        return said_answering(answering)
    return {"backends": [Flow(each) for each in backends]}


def said_answering(answering: Answering) -> dict[str, Any]:
    """The port that answers, in keys."""
    stated = {"workload": answering.workload, "port": answering.port}
    return {key: each for key, each in stated.items() if each}
