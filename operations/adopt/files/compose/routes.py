"""Host names of a Compose service, from the labels that Traefik reads."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from operations.adopt.cluster.objects import is_fields
from operations.adopt.cluster.yaml_text import Flow
from operations.adopt.files.compose.project import Project
from operations.adopt.files.compose.taken import Taken
from plan.model.fields import Fields, values

_RULE = re.compile(r"traefik\.http\.routers\.(?P<router>[^.]+)\.rule", re.IGNORECASE)
_PORT = re.compile(r"traefik\.http\.services\.[^.]+\.loadbalancer\.server\.port", re.IGNORECASE)
_HOSTS = re.compile(
    r"\(?(?P<hosts>Host\([^)]*\)(\s*\|\|\s*Host\([^)]*\))*)\)?(\s*&&\s*PathPrefix\(`(?P<path>/[^`]*)`\))?"
)
_NAME = re.compile(r"`([^`]+)`")
_SIGN_IN = re.compile(r"auth(elia|entik)?|oauth|forward|sso|pocket-?id|tinyauth", re.IGNORECASE)
"""Names that people give to the middleware that asks visitors to sign in."""


def routes(project: Project, key: str, stated: Fields) -> Taken:
    """An exposure for each host of a router, and the port that it leads to."""
    labels = _labels(stated)
    if not labels:
        return Taken()
    ports = [int(value) for name, value in labels.items() if _PORT.fullmatch(name) and value.isdigit()]
    said: dict[str, Any] = {}
    if ports and ports[0] not in project.ports_of(key).values():
        said["ports"] = Flow({"http": ports[0], **{k: v for k, v in project.ports_of(key).items() if k != "http"}})
    exposed: list[Flow] = []
    notes: list[str] = []
    for name, rule in labels.items():
        if found := _RULE.fullmatch(name):
            hosts = list(_exposures(project, rule, _middlewares(labels, found["router"])))
            exposed += hosts
            notes += [] if hosts else [f"the router {found['router']} is not taken over: {rule}"]
            asked = _middlewares(labels, found["router"])
            if hosts and asked and any("auth" in each for each in hosts):
                notes.append(f"middlewares of its router are not taken over, {asked}: who they kept out may come in")
    if exposed and project.receiver.has_routes:
        said["expose"] = exposed
        notes.append("routes admit the networks of the lab alone: write reach: internet where everybody may come")
    elif exposed:
        notes += [f"{each['host']} led to it, and the lab has no ingress controller" for each in exposed]
    if any(not name.lower().startswith("traefik.") for name in labels):
        notes.append("labels of other tools than Traefik are not taken over")
    return Taken(said, tuple(notes))


def _labels(stated: Fields) -> Mapping[str, str]:
    labels = stated.get("labels")
    if is_fields(labels):
        return {str(name): str(value) for name, value in labels.items()}
    return {name: value for name, _, value in (str(each).partition("=") for each in values(stated, "labels"))}


def _middlewares(labels: Mapping[str, str], router: str) -> str:
    return labels.get(f"traefik.http.routers.{router}.middlewares", "")


def _exposures(project: Project, rule: str, middlewares: str) -> Iterator[Flow]:
    found = _HOSTS.fullmatch(rule.strip())
    for host in _NAME.findall(found["hosts"]) if found else ():
        asks = project.receiver.signs_in and bool(_SIGN_IN.search(middlewares))
        below = f".{project.receiver.domain}"
        exposure = Flow(host=host.removesuffix(below) if host.count(".") == below.count(".") else host)
        if found and found["path"]:
            exposure["path"] = found["path"]
        yield exposure if asks else Flow({**exposure, "auth": "app"})
