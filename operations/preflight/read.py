"""Asks a live Proxmox all that a plan depends on. Nothing is changed."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from operations.clients.proxmox import Api, NotAnswered, Refused
from operations.clients.proxmox_inventory import read_inventory
from operations.clients.refusals import NotAnswered as Silent
from operations.preflight.answers import (
    AgentInterfaces,
    Clock,
    Config,
    Guest,
    NetworkInterface,
    Node,
    NodeStatus,
    PciDevice,
    PciMapping,
    Permissions,
    Sample,
    StorageConfig,
    StorageStatus,
    ThinPool,
    Version,
    Volume,
)
from operations.preflight.host_keys import AskKeys, HostKeys, ask_host_keys
from operations.preflight.ssh import is_written_to
from operations.preflight.state import HostState, State, Unread
from operations.preflight.user_data import has_keys
from plan.live.inventory import Inventory
from plan.model import Plan
from plan.proxmox.privileges import needs

T = TypeVar("T")
K = TypeVar("K")
FORBIDDEN = 403
THIN = ("lvmthin", "zfspool")
NO_AGENT = Unread("it has no guest agent")
NO_FILES = Unread("no file of cloud-init is written to it")


def read_state(plan: Plan, api: Api, clock: Callable[[], float], host_keys: AskKeys = ask_host_keys) -> State:
    """The state of the Proxmox that has the plan's hosts. `clock` gives seconds since 1970.

    Raises NotAnswered where Proxmox cannot be asked at all. Once it stops answering, nothing more is asked of it.
    """
    try:
        version = TypeAdapter(Version).validate_python(api.get("version"))
    except Refused as error:
        raise NotAnswered(f"Proxmox refused the token ({error}): check that it is whole and not expired.") from None
    except ValidationError:
        raise NotAnswered("Something else than Proxmox answers there: check the endpoint.") from None
    ask = _Questions(api)
    nodes = ask.mapping(list[Node], "nodes", key=lambda node: node.node)
    guests = ask.mapping(list[Guest], "cluster/resources", {"type": "vm"}, key=lambda guest: guest.vmid)
    known = {} if isinstance(guests, Unread) else guests
    online = () if isinstance(nodes, Unread) else tuple(n for n in nodes if nodes[n].status == "online")
    configs = {
        guest.vmid: ask.one(Config, f"nodes/{guest.node}/{guest.type}/{guest.vmid}/config")
        for guest in known.values()
        if guest.node in online
    }
    return State(
        version=version.version,
        nodes=nodes if isinstance(nodes, Unread) else {name: node.status for name, node in nodes.items()},
        privileges={path: _privileges(ask, path) for path in _paths(plan)},
        guests=guests,
        configs=configs,
        storage_configs=ask.mapping(list[StorageConfig], "storage", key=lambda each: each.storage),
        pci_mappings=ask.mapping(list[PciMapping], "cluster/mapping/pci", key=lambda each: each.id),
        hosts={host: _host(plan, ask, host, clock, host_keys) for host in plan.lab.site.hosts if host in online},
        addresses=_addresses(ask, known.values(), configs),
        inventory=guests if isinstance(guests, Unread) else ask.inventory(),
    )


def _paths(plan: Plan) -> Iterable[str]:
    return dict.fromkeys(("/vms", *(need.path for need in needs(plan))))


def _privileges(ask: "_Questions", path: str) -> Mapping[str, bool] | Unread:
    answer = ask.one(Permissions, "access/permissions", {"path": path})
    return answer if isinstance(answer, Unread) else answer.get(path, {})


def _host(plan: Plan, ask: "_Questions", host: str, clock: Callable[[], float], host_keys: AskKeys) -> HostState:
    row = plan.lab.site.hosts[host]
    base = f"nodes/{host}"
    storages = ask.mapping(list[StorageStatus], f"{base}/storage", key=lambda each: each.storage)
    thin = () if isinstance(storages, Unread) else [each for each in storages.values() if each.type in THIN]
    pools = ask.one(list[ThinPool], f"{base}/disks/lvmthin")
    return HostState(
        status=ask.one(NodeStatus, f"{base}/status"),
        clock_ahead=_clock_ahead(ask, base, clock),
        zfs_cache=_zfs_cache(ask, base),
        storages=storages,
        thin_pools=pools if isinstance(pools, Unread) else tuple(pools),
        volumes={each.storage: _volumes(ask, f"{base}/storage/{each.storage}/content") for each in thin},
        pci_devices=ask.mapping(list[PciDevice], f"{base}/hardware/pci", key=lambda each: each.id),
        interfaces=ask.mapping(list[NetworkInterface], f"{base}/network", key=lambda each: each.iface),
        snippets=_snippets(plan, ask, host),
        keys=_keys(host_keys, str(row.address), row.ssh_port) if is_written_to(plan, host) else NO_FILES,
    )


def _keys(ask: AskKeys, address: str, port: int) -> HostKeys | Unread:
    try:
        return ask(address, port)
    except Silent as error:
        return Unread(str(error))


def _clock_ahead(ask: "_Questions", base: str, clock: Callable[[], float]) -> float | Unread:
    """Proxmox answers whole seconds, read at some moment between question and answer."""
    before = clock()
    answer = ask.one(Clock, f"{base}/time")
    after = clock()
    if isinstance(answer, Unread):
        return answer
    least, most = answer.time - after, answer.time + 1 - before
    return least if least > 0 else min(most, 0.0)


def _zfs_cache(ask: "_Questions", base: str) -> int | None:
    samples = ask.one(list[Sample], f"{base}/rrddata", {"timeframe": "hour"})
    if isinstance(samples, Unread):
        return None
    sizes = [each.arcsize for each in sorted(samples, key=lambda each: each.time) if each.arcsize is not None]
    return int(sizes[-1]) if sizes else None


def _volumes(ask: "_Questions", path: str) -> tuple[Volume, ...] | Unread:
    volumes = ask.one(list[Volume], path, {"content": "images"})
    return volumes if isinstance(volumes, Unread) else tuple(volumes)


def _snippets(plan: Plan, ask: "_Questions", host: str) -> Mapping[str, int] | Unread:
    storage = plan.lab.site.hosts[host].file_storage
    if storage is None or not has_keys(plan, host):
        return {}
    found = ask.one(list[Volume], f"nodes/{host}/storage/{storage}/content", {"content": "snippets"})
    return found if isinstance(found, Unread) else {each.volid: each.size for each in found}


def _addresses(
    ask: "_Questions", guests: Iterable[Guest], configs: Mapping[int, Config | Unread]
) -> dict[int, tuple[str, ...] | Unread]:
    running = [guest for guest in guests if guest.runs and guest.type == "qemu"]
    return {guest.vmid: _agent_addresses(ask, guest, configs.get(guest.vmid, NO_AGENT)) for guest in running}


def _agent_addresses(ask: "_Questions", guest: Guest, config: Config | Unread) -> tuple[str, ...] | Unread:
    if isinstance(config, Unread) or not has_agent(config):
        return NO_AGENT
    path = f"nodes/{guest.node}/qemu/{guest.vmid}/agent/network-get-interfaces"
    answer = ask.one(AgentInterfaces, path)
    if isinstance(answer, Unread):
        return answer
    return tuple(each.address for interface in answer.result for each in interface.addresses)


def has_agent(config: Config) -> bool:
    """Whether a machine's configuration turns its guest agent on: `1`, or `enabled=1` among others."""
    first = str(config.get("agent", "")).split(",")
    return "1" in first or "enabled=1" in first


class _Questions:
    """Ask, and treat an improper answer as one that could not be read."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._silent: Unread | None = None

    def one(self, shape: type[T], path: str, query: Mapping[str, str] | None = None) -> T | Unread:
        if self._silent:
            return self._silent
        try:
            answer: Any = self._api.get(path, **(query or {}))
        except Refused as error:
            return Unread(str(error), lacks_privilege=error.status == FORBIDDEN)
        except NotAnswered as error:
            self._silent = Unread(str(error))
            return self._silent
        try:
            return TypeAdapter(shape).validate_python(answer)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"]) or "the whole of it"
            return Unread(f"{path}: an answer of an unexpected shape ({where}: {first['msg'].lower()})")

    def inventory(self) -> Inventory | Unread:
        if self._silent:
            return self._silent
        try:
            return read_inventory(self._api)
        except (NotAnswered, Refused) as error:
            return Unread(str(error))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            return Unread(f"a machine's configuration is not understood ({error})")

    def mapping(
        self, shape: type[list[T]], path: str, query: Mapping[str, str] | None = None, *, key: Callable[[T], K]
    ) -> dict[K, T] | Unread:
        answer = self.one(shape, path, query)
        return answer if isinstance(answer, Unread) else {key(each): each for each in answer}
