"""Storages and what lies on them."""

import re
from typing import Any

from rehearsal.proxmox.access import User
from rehearsal.proxmox.answers import Refusal, invalid
from rehearsal.proxmox.call import Call, Route
from rehearsal.proxmox.state import State, Storage, Volume

OWNED = re.compile(r"(?:vm|base)-(\d+)-")
FILE_BASED = ("dir", "nfs")
EXTENSIONS = {"import": (".qcow2", ".raw", ".vmdk", ".ova"), "iso": (".iso", ".img"), "vztmpl": (".tar.gz", ".tar.zst")}


def owner(volume_id: str) -> int | None:
    """The machine that a volume belongs to, by its name."""
    match = OWNED.match(volume_id.partition(":")[2].rpartition("/")[2])
    return int(match[1]) if match else None


def volume(state: State, volume_id: str) -> Volume:
    """Raises Refusal where there is no such volume."""
    try:
        return state.volumes[volume_id]
    except KeyError:
        raise Refusal(f"volume '{volume_id}' does not exist") from None


def may_use(user: User, volume_id: str, vmid: int | None) -> None:
    """Raises Refusal where a volume, unless it is that of the machine itself, may not be used."""
    storage, machine = volume_id.partition(":")[0], owner(volume_id)
    if user.may(f"/storage/{storage}", "Datastore.Allocate") or (machine is not None and machine == vmid):
        return
    if machine is not None:
        user.need(f"/storage/{storage}", "Datastore.Audit")
        user.need(f"/vms/{machine}", "VM.Config.Disk")
    else:
        user.need_any(f"/storage/{storage}", "Datastore.AllocateSpace", "Datastore.Audit")


def usage(storage: Storage) -> dict[str, Any]:
    free = storage.total - storage.used
    return {
        "type": storage.type,
        "content": ",".join(storage.content),
        "shared": int(storage.shared),
        "enabled": int(storage.enabled),
        "active": int(storage.active and storage.enabled),
        "total": storage.total,
        "used": storage.used,
        "avail": free,
    }


def node_storages(call: Call, node: str) -> list[dict[str, Any]]:
    call.host(node)
    return [
        {"storage": name, "used_fraction": storage.used / storage.total} | usage(storage)
        for name, storage in call.state.storages.items()
        if (storage.nodes is None or node in storage.nodes) and _visible(call, name)
    ]


def node_storage(call: Call, node: str, name: str) -> dict[str, Any]:
    call.user.need_any(f"/storage/{name}", "Datastore.Audit", "Datastore.AllocateSpace")
    return usage(call.storage(node, name))


def storages(call: Call) -> list[dict[str, Any]]:
    return [configuration(call, name) for name in call.state.storages if _visible(call, name)]


def configuration(call: Call, name: str) -> dict[str, Any]:
    storage = call.state.storages.get(name)
    if storage is None:
        raise Refusal(f"storage '{name}' does not exist")
    call.user.need("/storage/" + name, "Datastore.Audit")
    given = {
        "storage": name,
        "type": storage.type,
        "content": ",".join(storage.content),
        "path": storage.path,
        "vgname": storage.vgname,
        "thinpool": storage.thinpool,
        "nodes": ",".join(storage.nodes) if storage.nodes else None,
        "shared": int(storage.shared) or None,
        "disable": int(not storage.enabled) or None,
    }
    return {key: value for key, value in given.items() if value is not None}


def content(call: Call, node: str, name: str) -> list[dict[str, Any]]:
    call.storage(node, name)
    call.user.need_any(f"/storage/{name}", "Datastore.Audit", "Datastore.AllocateSpace")
    kind, vmid = call.parameters.get("content"), call.parameters.get("vmid")
    return [
        _listed(volume_id, each)
        for volume_id, each in call.state.volumes.items()
        if volume_id.startswith(f"{name}:")
        and (kind is None or each.content == kind)
        and (vmid is None or owner(volume_id) == int(vmid))
    ]


def volume_info(call: Call, node: str, name: str, volume_id: str) -> dict[str, Any]:
    storage = call.storage(node, name)
    full = _full_id(name, volume_id)
    may_use(call.user, full, vmid=None)
    found = volume(call.state, full)
    short = volume_id.partition(":")[2] or volume_id
    path = f"/dev/{storage.vgname}/{short}" if storage.vgname else f"{storage.path}/{short}"
    return {"format": found.format, "size": found.size, "used": found.size, "path": path}


def remove_volume(call: Call, node: str, name: str, volume_id: str) -> str:
    call.storage(node, name)
    full = _full_id(name, volume_id)
    machine = owner(full)
    call.user.need(f"/storage/{name}", "Datastore.Allocate")

    def work() -> None:
        volume(call.state, full)
        del call.state.volumes[full]

    return call.start(node, "imgdel", f"{machine}@{name}" if machine else name, work)


def download(call: Call, node: str, name: str) -> str:
    storage = call.storage(node, name)
    call.user.need(f"/storage/{name}", "Datastore.AllocateTemplate")
    _may_access_network(call, node)
    kind, file_name, url = (call.required(key) for key in ("content", "filename", "url"))
    if storage.type not in FILE_BASED:
        raise Refusal(f"can't upload to storage type '{storage.type}', not a file based storage!")
    if kind not in storage.content:
        raise Refusal(f"storage '{name}' is not configured for content-type '{kind}'")
    if not file_name.endswith(EXTENSIONS.get(kind, ())):
        raise invalid(filename="invalid filename or wrong extension" if kind == "import" else "wrong file extension")

    def work() -> None:
        found = call.state.downloads.get(url)
        if found is None:
            raise Refusal(f"download failed: HTTP error 404 for {url}")
        expected = call.parameters.get("checksum")
        if expected is not None and expected != found.sha256:
            raise Refusal(f"checksum mismatch: got '{found.sha256}' != expect '{expected}'")
        suffix = file_name.rpartition(".")[2]
        call.state.volumes[f"{name}:{kind}/{file_name}"] = Volume(
            size=found.virtual_size if kind == "import" else found.size,
            content=kind,  # pyright: ignore[reportArgumentType]
            format=suffix,
            data=url,
        )

    return call.start(node, "download", file_name, work)


def url_metadata(call: Call, node: str) -> dict[str, Any]:
    call.host(node)
    _may_access_network(call, node)
    found = call.state.downloads.get(call.required("url"))
    if found is None:
        raise Refusal("invalid server response: '404 Not Found'")
    return {"filename": found.filename, "size": found.size, "mimetype": found.mimetype}


def _visible(call: Call, name: str) -> bool:
    return call.user.may(f"/storage/{name}", "Datastore.Audit", "Datastore.AllocateSpace")


def _may_access_network(call: Call, node: str) -> None:
    if not (call.user.may("/", "Sys.Audit") and call.user.may("/", "Sys.Modify")):
        call.user.need(f"/nodes/{node}", "Sys.AccessNetwork")


def _full_id(storage: str, volume_id: str) -> str:
    return volume_id if ":" in volume_id else f"{storage}:{volume_id}"


def _listed(volume_id: str, found: Volume) -> dict[str, Any]:
    listed: dict[str, Any] = {
        "volid": volume_id,
        "content": found.content,
        "format": found.format,
        "size": found.size,
        "ctime": found.ctime,
    }
    machine = owner(volume_id)
    return listed if machine is None else listed | {"vmid": machine}


ROUTES: tuple[Route, ...] = (
    ("GET", "storage", storages),
    ("GET", "storage/<name>", configuration),
    ("GET", "nodes/<node>/storage", node_storages),
    ("GET", "nodes/<node>/storage/<name>/status", node_storage),
    ("GET", "nodes/<node>/storage/<name>/content", content),
    ("GET", "nodes/<node>/storage/<name>/content/<path:volume_id>", volume_info),
    ("DELETE", "nodes/<node>/storage/<name>/content/<path:volume_id>", remove_volume),
    ("POST", "nodes/<node>/storage/<name>/download-url", download),
    ("GET", "nodes/<node>/query-url-metadata", url_metadata),
)
