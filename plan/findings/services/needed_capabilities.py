"""Programs that change the network of their pod, in containers that may not."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from config.image import repository_of
from config.lab import Lab
from plan.model import Manifest, Service
from plan.model.fields import Fields, entries, text, value, values
from plan.model.findings import Finding, Rule
from plan.model.templates import containers_of, pod_spec

CAPABILITY_MISSING = Rule(
    "CAPABILITY-MISSING",
    "warning",
    title="A program may not do what it is for",
    meaning=(
        "A container has the capabilities of its runtime, less those that are dropped. Making a tunnel or an address "
        "needs NET_ADMIN, which no runtime gives by itself: the program ends with `operation not permitted`, or runs "
        "and carries nothing. Only images of which that is known are told."
    ),
    remedy="Add the capability to that container, with the reason.",
)


class _Need(NamedTuple):
    """The capability that an image cannot do without."""

    capability: str
    why: str


_TUNNEL = _Need("NET_ADMIN", "makes a tunnel")
NEEDED: Mapping[str, _Need] = {
    "binhex/arch-delugevpn": _TUNNEL,
    "binhex/arch-qbittorrentvpn": _TUNNEL,
    "dperson/openvpn-client": _TUNNEL,
    "haugene/transmission-openvpn": _TUNNEL,
    "kylemanna/openvpn": _TUNNEL,
    "linuxserver/wireguard": _TUNNEL,
    "masipcat/wireguard-go": _TUNNEL,
    "netbirdio/netbird": _TUNNEL,
    "osixia/keepalived": _Need("NET_ADMIN", "takes an address"),
    "qmcgaw/gluetun": _TUNNEL,
    "sclevine/wg": _TUNNEL,
    "weejewel/wg-easy": _TUNNEL,
    "wg-easy/wg-easy": _TUNNEL,
    "zerotier/zerotier": _TUNNEL,
}
"""By an image's name (their documentation)."""
_TAILSCALE = _Need("NET_ADMIN", "makes a tunnel of the kernel (TS_USERSPACE: false)")


def capability_findings(lab: Lab, services: Iterable[Service]) -> Iterator[Finding]:
    """A finding for each container without a capability that its image needs."""
    for service in services:
        for each in service.objects:
            spec = pod_spec(each)
            for container in containers_of(spec):
                need = _need(container)
                if need and not _has(container, need.capability):
                    yield _finding(lab, service, each, text(container, "name"), text(container, "image"), need)


def _need(container: Fields) -> _Need | None:
    name = repository_of(text(container, "image"))
    if values(container, "command"):
        return None
    if name == "tailscale/tailscale":
        settings = {text(row, "name"): text(row, "value") for row in entries(container, "env")}
        return _TAILSCALE if settings.get("TS_USERSPACE") == "false" else None
    return NEEDED.get(name)


def _has(container: Fields, capability: str) -> bool:
    added = {str(each).removeprefix("CAP_") for each in values(container, "securityContext", "capabilities", "add")}
    return value(container, "securityContext", "privileged") is True or bool({capability, "ALL"} & added)


def _finding(lab: Lab, service: Service, each: Manifest, called: str, image: str, need: _Need) -> Finding:
    path = lab.written_at(service.name, each["kind"], each["metadata"]["name"])
    if path[0] == "objects":
        fix = f"write capabilities: {{add: [{need.capability}]}} into the securityContext of {called}"
    else:
        fix = f"write capabilities: [{need.capability}] for {called}, and exceptions: {{capabilities: REASON}}"
    return CAPABILITY_MISSING.finding(
        path,
        f"{image}, {called} of {each['metadata']['name']}, {need.why}, and has no {need.capability}: it may not",
        fix,
        about=f"{each['metadata']['name']} {called}",
        facts={"container": called, "capability": need.capability},
    )
