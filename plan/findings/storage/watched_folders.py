"""Folders that an application watches, on a server that tells it nothing."""

from collections.abc import Iterator

from config.image import short_name
from config.lab import Lab
from config.storage_class import NfsStorageClass
from plan.model.findings import Finding, Rule

CHANGES_NOT_NOTICED = Rule(
    "CHANGES-NOT-NOTICED",
    "warning",
    title="An application does not notice new files in a share",
    meaning=(
        "Paperless-ngx is told of new files by the kernel (inotify). Of a folder on NFS the kernel sees only what its "
        "own node writes: a scan that another machine puts there lies until the next restart."
    ),
    remedy="Let it look by itself, every minute for example: PAPERLESS_CONSUMER_POLLING: '60'.",
)
_PAPERLESS = frozenset({"paperless-ng", "paperless-ngx"})
_FOLDER = "/usr/src/paperless/consume"
_POLLING = "PAPERLESS_CONSUMER_POLLING"


def watched_folder_findings(lab: Lab) -> Iterator[Finding]:
    """A finding for each Paperless whose folder for new papers is on NFS, and that does not look there itself."""
    for name, service in lab.services.items():
        for part in service.parts(name):
            workload = part.workload
            told = [value for key, value in workload.env.items() if key.startswith(_POLLING)]
            is_unknown = workload.env_from or any(key.startswith(_POLLING) for key in workload.env_keys)
            if short_name(workload.image) not in _PAPERLESS or is_unknown or any(each != "0" for each in told):
                continue
            folder = workload.env.get("PAPERLESS_CONSUMPTION_DIR", _FOLDER).rstrip("/")
            for key, points in workload.mounts.items():
                volume = service.volumes.get(key)
                row = lab.storage_classes.get(volume.storage_class or "") if volume else None
                is_share = isinstance(row, NfsStorageClass) or key in getattr(service, "shares", {})
                if is_share and any(point.path.rstrip("/") == folder for point in points):
                    yield CHANGES_NOT_NOTICED.finding(
                        (*part.path, "mounts", key),
                        f"{part.name} waits to be told of new files in {folder}, and that folder is on NFS: what "
                        "another machine puts there is not noticed before a restart",
                        f"write env: {{{_POLLING}: '60'}}",
                        about=part.name,
                    )
