"""The hardware: what its figures say about each other."""

from collections.abc import Iterator

from config.draft import Draft
from config.format import NEWEST_FORMAT
from config.schedule import timezone_refusal
from config.site import OWN_PARTS, Host, Site
from config.source import Problem

FILE_STORAGES = ("dir", "nfs")
GIB = 1 << 30
MOVING = ("current", "daily", "latest", "release")
"""Folders of the places where distributions publish images that hold another one every few weeks."""


def check_site(lab: Draft) -> Iterator[Problem]:
    """The format is read, the time zone exists, figures of a host agree, and images are pinned and have a place."""
    if not lab.site:
        return
    yield from _check_format(lab, lab.site.format)
    if refusal := timezone_refusal(lab.site.timezone):
        yield lab.problem(("site", "timezone"), refusal)
    yield from _check_file_storages(lab, lab.site)
    yield from _check_images(lab, lab.site)
    for name, host in lab.site.hosts.items():
        at = ("site", "hosts", name)
        if host.threads < host.cores:
            yield lab.problem((*at, "threads"), f"{host.threads} threads are fewer than the {host.cores} cores")
        if host.reserved_memory and host.reserved_memory >= host.memory:
            message = (
                f"{host.reserved_memory} is not less than the {host.memory} of the host: nothing is left for machines"
            )
            yield lab.problem((*at, "reserved_memory"), message)
        yield from _check_storage_sizes(lab, name, host)
        yield from _check_shared_disks(lab, name, host)
        percent = host.overcommit.memory_percent
        if percent > 100 and host.overcommit.reason is None:
            path = (*at, "overcommit", "memory_percent")
            yield lab.problem(path, f"{percent} percent is more than the host has; state a reason with it")


def _check_format(lab: Draft, stated: int | None) -> Iterator[Problem]:
    if stated is not None and stated > NEWEST_FORMAT:
        yield lab.problem(("site", "format"), f"this version of the program reads format {NEWEST_FORMAT}; update it")
    elif stated is not None and stated < NEWEST_FORMAT:
        message = f"the files would mean something else in format {NEWEST_FORMAT}; `homelab migrate` shows what"
        yield lab.problem(("site", "format"), message)


def _check_file_storages(lab: Draft, site: Site) -> Iterator[Problem]:
    for name, host in site.hosts.items():
        storage = host.storages.get(host.file_storage) if host.file_storage else None
        if storage and storage.type not in FILE_STORAGES:
            message = (
                f"{host.file_storage!r} is of type {storage.type}, which holds no files; name a dir or nfs storage"
            )
            yield lab.problem(("site", "hosts", name, "file_storage"), message)


def _check_storage_sizes(lab: Draft, name: str, host: Host) -> Iterator[Problem]:
    for key, storage in host.storages.items():
        disk = host.disks.get(storage.disk)
        if disk and storage.size and storage.size > disk.size:
            message = (
                f"{storage.size.gib:,.1f} GiB do not fit on disk {storage.disk!r}, which has {disk.size.gib:,.1f} GiB"
            )
            yield lab.problem(("site", "hosts", name, "storages", key, "size"), message)


def _check_shared_disks(lab: Draft, name: str, host: Host) -> Iterator[Problem]:
    """Volume groups and pools have parts of a disk of their own; folders may share one file system."""
    for key, disk in host.disks.items():
        sizes = {
            storage: row.size
            for storage, row in host.storages.items()
            if row.disk == key and row.size and row.size <= disk.size and row.type in OWN_PARTS
        }
        if sum(sizes.values()) > disk.size:
            message = (
                f"{', '.join(sizes)} have {sum(sizes.values()) / GIB:,.1f} GiB together, on disk {key!r} with "
                f"{disk.size.gib:,.1f} GiB"
            )
            yield lab.problem(("site", "hosts", name, "storages", list(sizes)[-1], "size"), message)


def _check_images(lab: Draft, site: Site) -> Iterator[Problem]:
    for name, template in site.templates.items():
        if template.image is None:
            continue
        path = ("site", "templates", name, "image")
        if moving := next((part for part in template.image.url.split("/")[3:-1] if part in MOVING), None):
            message = f"what is at {moving!r} changes with every release; name the folder of one, with a date"
            yield lab.problem((*path, "url"), message)
        host = site.hosts.get(template.host)
        if host and host.file_storage is None:
            message = f"needs file_storage on host {template.host!r}: where the image is downloaded to"
            yield lab.problem(path, message)
