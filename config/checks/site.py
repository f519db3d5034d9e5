"""The hardware: what its figures say about each other."""

from collections.abc import Iterator

from config.draft import Draft
from config.model import shown
from config.site import Host, Site
from config.source import Problem
from config.suggest import did_you_mean

FILE_STORAGES = ("dir", "nfs")
MOVING = ("current", "daily", "latest", "release")
"""Folders of the places where distributions publish images that hold another one every few weeks."""


def check_site(lab: Draft) -> Iterator[Problem]:
    """The time zone exists, figures of a host agree, and images are pinned and have a place."""
    if not lab.site:
        return
    yield from _check_timezone(lab, lab.site.timezone)
    yield from _check_file_storages(lab, lab.site)
    yield from _check_images(lab, lab.site)
    for name, host in lab.site.hosts.items():
        at = ("site", "hosts", name)
        if host.threads < host.cores:
            yield lab.problem((*at, "threads"), f"{host.threads} threads are fewer than the {host.cores} cores")
        yield from _check_storage_sizes(lab, name, host)
        percent = host.overcommit.memory_percent
        if percent > 100 and host.overcommit.reason is None:
            path = (*at, "overcommit", "memory_percent")
            yield lab.problem(path, f"{percent} percent is more than the host has; state a reason with it")


def _check_timezone(lab: Draft, timezone: str) -> Iterator[Problem]:
    if timezone == "Etc/UTC":
        return
    from zoneinfo import ZoneInfo, available_timezones  # dear to import, and seldom needed

    try:
        ZoneInfo(timezone)
    except (KeyError, ValueError, OSError):
        if known := available_timezones():
            message = f"unknown time zone {shown(timezone)}{did_you_mean(timezone, known)}"
            yield lab.problem(("site", "timezone"), message)


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
