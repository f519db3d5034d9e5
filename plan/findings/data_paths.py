"""Images whose data lies beside the volume that was meant for it."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from config.lab import Lab
from config.service.common import Part
from plan.model.findings import Finding, Rule
from plan.wording import listed

DATA_BESIDE_VOLUME = Rule(
    "DATA-BESIDE-VOLUME",
    "warning",
    title="The data of a known image does not lie in its volume",
    meaning=(
        "The image keeps its data at a path of its own. Where the volume is mounted elsewhere, the data is in the "
        "container, and gone with the next restart of the pod; nothing fails until then. The image of PostgreSQL 18 "
        "and later keeps it below /var/lib/postgresql, and refuses to start where an older path is mounted."
    ),
    remedy="Mount the volume where the image keeps its data, or tell it another path by its own setting.",
)


class _Image(NamedTuple):
    """Where an image keeps its data."""

    path: str
    settings: tuple[str, ...] = ()
    """Words in variables or arguments that say another path."""


_IMAGES: Mapping[str, _Image] = {
    "eclipse-mosquitto": _Image("/mosquitto/data"),
    "grafana/grafana": _Image("/var/lib/grafana", ("GF_PATHS_DATA", "GF_DATABASE_TYPE")),
    "influxdb": _Image("/var/lib/influxdb", ("INFLUXD_BOLT_PATH", "INFLUXD_ENGINE_PATH", "--engine-path")),
    "louislam/uptime-kuma": _Image("/app/data", ("DATA_DIR",)),
    "mariadb": _Image("/var/lib/mysql", ("--datadir",)),
    "mongo": _Image("/data/db", ("--dbpath",)),
    "mysql": _Image("/var/lib/mysql", ("--datadir",)),
    "n8nio/n8n": _Image("/home/node/.n8n", ("N8N_USER_FOLDER", "DB_TYPE")),
    "prom/prometheus": _Image("/prometheus", ("--storage.tsdb.path",)),
    "rabbitmq": _Image("/var/lib/rabbitmq", ("RABBITMQ_MNESIA_BASE",)),
    "redis": _Image("/data", ("--dir",)),
    "valkey/valkey": _Image("/data", ("--dir",)),
    "vaultwarden/server": _Image("/data", ("DATA_FOLDER", "DATABASE_URL")),
}
"""By name, as on Docker Hub: the VOLUME of each image, or its documentation."""
_POSTGRES = ("/var/lib/postgresql/data", "/var/lib/postgresql")
_HUB = ("docker.io/library/", "docker.io/", "library/", "registry-1.docker.io/")


def data_path_findings(lab: Lab) -> Iterator[Finding]:
    """A finding for each main container of a known image with volumes, none of which has its data."""
    for name, service in lab.services.items():
        for part in service.parts(name) if service.volumes else ():
            image, tag = _read(part.workload.image)
            known = _postgres(tag) if image == "postgres" else _IMAGES.get(image)
            mounted = _mounted(lab, name, part)
            runs = (
                not part.workload.adopt.as_it_is
                and part.workload.runs_as in ("deployment", "statefulset")
                and not part.workload.command
            )
            if known is None or not runs or not mounted or _is_told(part, known):
                continue
            needs_itself = image == "postgres" and known.path == _POSTGRES[1]
            inside = [
                path for path in mounted if _has(path, known.path) and not (needs_itself and path == _POSTGRES[0])
            ]
            if not inside:
                yield DATA_BESIDE_VOLUME.finding(
                    (*part.path, "mounts"),
                    f"{part.workload.image} of {part.name} keeps its data in {known.path}, and its volume is mounted "
                    f"at {listed(mounted)}: "
                    + ("it refuses to start" if needs_itself else "the data is gone with the next restart of the pod"),
                    f"mount the volume at {known.path}",
                    facts={"data": known.path, "mounted": tuple(mounted)},
                )


def _read(image: str) -> tuple[str, str]:
    """Name and tag, without the registry of Docker Hub."""
    name, _, tag = image.partition("@")[0].rpartition(":") if ":" in image.rpartition("/")[2] else (image, "", "")
    for each in _HUB:
        name = name.removeprefix(each)
    return name, tag


def _postgres(tag: str) -> _Image:
    major = tag.partition(".")[0].partition("-")[0]
    return _Image(_POSTGRES[1] if major.isdigit() and int(major) >= 18 else _POSTGRES[0], ("PGDATA",))


def _mounted(lab: Lab, service: str, part: Part) -> list[str]:
    """Where the main container mounts volumes that stay."""
    volumes = lab.services[service].volumes
    return [each.path for volume, mounts in part.workload.mounts.items() if volume in volumes for each in mounts]


def _has(mounted: str, data: str) -> bool:
    """Whether what lies at `data` is in the volume, or below it."""
    mounted = mounted.rstrip("/") or "/"
    return data == mounted or data.startswith(f"{mounted.rstrip('/')}/") or mounted.startswith(f"{data}/")


def _is_told(part: Part, known: _Image) -> bool:
    words = (*part.workload.args, *part.workload.env, *part.workload.secrets)
    return any(each.startswith(known.settings) for each in words) if known.settings else False
