"""Whether storages are what the lab says, take what is put there, and have room for it."""

from collections.abc import Iterator

from operations.preflight.answers import StorageStatus, ThinPool
from operations.preflight.check import Check, missing_privilege, unchecked
from operations.preflight.standing import Guests, disks_to_add, templates_to_create, to_create
from operations.preflight.state import HostState, State, Unread
from plan.model import Finding, Plan
from plan.model.findings import Rule
from plan.wording import gib, percent

STORAGE_CONTENT = Rule(
    "STORAGE-CONTENT",
    "error",
    title="A storage does not allow a content type that the lab needs",
    meaning=(
        "Each storage of Proxmox has a list of content types: images for disks, import for cloud images, snippets "
        "for the files of cloud-init."
    ),
    remedy="Add the content type: `pvesm set STORAGE --content LIST` replaces the whole list.",
)

STORAGE_DIFFERS = Rule(
    "STORAGE-DIFFERS",
    ("error", "warning"),
    title="A storage is not what site.yaml says",
    meaning="The plan assumes its type and size. Of the size, file systems keep up to 5% for themselves.",
    remedy="Write type and size as the host has them.",
)

STORAGE_FULL = Rule(
    "STORAGE-FULL",
    "error",
    title="The disks to create do not fit onto a storage",
    meaning=(
        "On a thin pool they can be created and would fail later, together with every other machine there, when "
        "they are written."
    ),
    remedy="Make the disks smaller, free some space, or use another storage.",
)

STORAGE_MISSING = Rule(
    "STORAGE-MISSING",
    "error",
    title="A storage is missing",
    meaning="Proxmox has no storage of this name on the host, or it is disabled or not active.",
    remedy="Write its name as `pvesm status` has it, or add it on the host. The program makes no storages.",
)

THIN_POOL_FULL = Rule(
    "THIN-POOL-FULL",
    ("error", "warning", "info"),
    title="A thin pool is nearly full",
    meaning=(
        "When data or metadata of a thin pool are used up, writes fail for every machine on it. From 85% of "
        "either it is a warning, from 95% an error."
    ),
    remedy="Free space, or grow the pool with lvextend.",
)

THIN_POOL_OVERCOMMITTED = Rule(
    "THIN-POOL-OVERCOMMITTED",
    "warning",
    title="A thin pool has less than is committed to its disks",
    meaning="That is normal for thin pools, as long as somebody watches how full they become.",
    remedy="Alert on the pool's use at 85%.",
)


WARN_PERCENT, FAIL_PERCENT = 85, 95
"""Use of a thin pool's data or metadata. The lab's alert fires at 85% (docs/facts.md, The lab); a full pool fails
the writes of every machine on it."""

SIZE_TOLERANCE_PERCENT = 5
"""By how much a storage's size may differ from what is stated: file systems keep some for themselves."""


def check_storages(plan: Plan, state: State, host: str) -> Check:
    """All storages of a host that the lab names, and room for the disks that are to be created."""
    question = f"storages of {host}"
    storages, guests = state.hosts[host].storages, state.guests
    path = ("site", "hosts", host, "storages")
    for part in (storages, guests):
        if isinstance(part, Unread):
            return Check(question, (unchecked(path, question, part),), "")
    assert not isinstance(storages, Unread)
    assert not isinstance(guests, Unread)
    findings: list[Finding] = []
    answers: list[str] = []
    contents, added = _contents(plan, host, guests), disks_to_add(plan, host, guests)
    for name in plan.lab.site.hosts[host].storages:
        storage = storages.get(name)
        findings += _storage(plan, state, host, name, storage, contents.get(name, set()))
        if storage is None:
            continue
        answer = f"{name} ({storage.type}): {gib(storage.avail)} of {gib(storage.total)} free"
        findings += _room(state, host, storage, added[name])
        if storage.type == "lvmthin":
            pool = _pool(state, state.hosts[host], name)
            findings += _thin_pool(host, name, pool)
            answer += "" if isinstance(pool, Unread) else f", {_use(pool)}"
        answers.append(answer + (f", {gib(added[name])} of disks to create" if added[name] else ""))
    return Check(question, tuple(findings), "; ".join(answers))


def _contents(plan: Plan, host: str, guests: Guests) -> dict[str, set[str]]:
    """By storage what an `up` puts there."""
    contents: dict[str, set[str]] = {}
    for storage in disks_to_add(plan, host, guests):
        contents.setdefault(storage, set()).add("images")
    for machine in to_create(plan, guests):
        for snippet in machine.snippets:
            if snippet.host == host:
                contents.setdefault(snippet.storage, set()).add("snippets")
    for template in templates_to_create(plan, guests):
        if template.properties["node_name"] == host and "datastore_id" in template.image:
            contents.setdefault(template.image["datastore_id"], set()).add(template.image["content_type"])
    return contents


def _storage(
    plan: Plan, state: State, host: str, name: str, storage: StorageStatus | None, contents: set[str]
) -> Iterator[Finding]:
    path = ("site", "hosts", host, "storages", name)
    stated = plan.lab.site.hosts[host].storages[name]
    if storage is None:
        if not state.may(f"/storage/{name}", "Datastore.Audit"):
            yield unchecked(path, f"the storage {name}", missing_privilege(f"/storage/{name}", "Datastore.Audit"))
            return
        yield STORAGE_MISSING.finding(
            path,
            f"{host} has no storage {name}",
            "write its name as in `pvesm status`, or add it on the host with `pvesm add`",
        )
        return
    if not (storage.enabled and storage.active):
        yield STORAGE_MISSING.finding(
            path,
            f"the storage {name} of {host} is {'not active' if storage.enabled else 'disabled'}",
            f"see why on the host: `pvesm status --storage {name}`",
        )
        return
    if storage.type != stated.type:
        yield STORAGE_DIFFERS.finding(
            path,
            f"the storage {name} of {host} is of type {storage.type}, not {stated.type}",
            f"write type: {storage.type}",
            severity="error",
            facts={"found": storage.type, "stated": stated.type},
        )
    if stated.size and abs(storage.total - stated.size) * 100 > stated.size * SIZE_TOLERANCE_PERCENT:
        yield STORAGE_DIFFERS.finding(
            path,
            f"the storage {name} of {host} has {gib(storage.total)}, not {gib(stated.size)}",
            f"write size: {storage.total >> 30}Gi",
            severity="warning",
            facts={"found_bytes": storage.total, "stated_bytes": int(stated.size)},
        )
    present = set(storage.content.split(",")) - {""}
    if contents - present:
        yield STORAGE_CONTENT.finding(
            path,
            f"the storage {name} of {host} does not take {', '.join(sorted(contents - present))}, only "
            f"{', '.join(sorted(present)) or 'nothing'}",
            f"on the host: `pvesm set {name} --content {','.join(sorted(contents | present))}`",
        )


def _room(state: State, host: str, storage: StorageStatus, added: int) -> Iterator[Finding]:
    name, path = storage.storage, ("site", "hosts", host, "storages", storage.storage)
    volumes = state.hosts[host].volumes.get(name)
    if added > storage.avail:
        thin = " They take it as they are written, and then every machine on it fails." if volumes is not None else ""
        yield STORAGE_FULL.finding(
            path,
            f"{name} of {host}: {gib(added)} of disks to create, and {gib(storage.avail)} of {gib(storage.total)} are "
            f"free; {gib(added - storage.avail)} too little.{thin}",
            "make the disks smaller, free some space, or use another storage",
            facts={"added_bytes": added, "free_bytes": storage.avail, "size_bytes": storage.total},
        )
        return
    if not added or volumes is None:
        return
    if not state.sees_all("/vms", "VM.Config.Disk"):
        volumes = missing_privilege("/vms", "VM.Config.Disk")
    if isinstance(volumes, Unread):
        yield unchecked(path, f"how much of {name} is committed to disks", volumes)
        return
    committed = sum(volume.size for volume in volumes)
    if committed + added > storage.total:
        yield THIN_POOL_OVERCOMMITTED.finding(
            path,
            f"{name} of {host}: disks there have {gib(committed)}, those to create {gib(added)}, and {name} "
            f"{gib(storage.total)}; {gib(committed + added - storage.total)} too much if all are written full",
            "watch how full it becomes: an alert at 85% leaves time to act",
            facts={"committed_bytes": committed, "added_bytes": added, "size_bytes": storage.total},
        )


def _pool(state: State, host: HostState, name: str) -> ThinPool | Unread:
    configs, pools = state.storage_configs, host.thin_pools
    if isinstance(configs, Unread):
        return configs
    if isinstance(pools, Unread):
        return pools
    config = configs.get(name)
    for pool in pools:
        if config and (pool.vg, pool.lv) == (config.vgname, config.thinpool):
            return pool
    return Unread("no thin pool of the host is the one that the storage names")


def _use(pool: ThinPool) -> str:
    shares = ((pool.used, pool.lv_size), (pool.metadata_used, pool.metadata_size))
    data, metadata = (percent(used, size) if size else "an unknown part" for used, size in shares)
    return f"{data} of data and {metadata} of metadata used"


def _thin_pool(host: str, name: str, pool: ThinPool | Unread) -> Iterator[Finding]:
    path = ("site", "hosts", host, "storages", name)
    if isinstance(pool, Unread):
        yield unchecked(path, f"the thin pool of {name}", pool)
        return
    worst = max(pool.used * 100 / (pool.lv_size or 1), pool.metadata_used * 100 / (pool.metadata_size or 1))
    if worst >= WARN_PERCENT:
        yield THIN_POOL_FULL.finding(
            path,
            f"the thin pool {pool.vg}/{pool.lv} of {host}: {_use(pool)} ({gib(pool.lv_size - pool.used)} and "
            f"{gib(pool.metadata_size - pool.metadata_used)} left). When either is full, writes of all its disks fail",
            f"free space, or grow it: `lvextend -L +SIZE {pool.vg}/{pool.lv}`, metadata with --poolmetadatasize",
            severity="error" if worst >= FAIL_PERCENT else "warning",
        )
