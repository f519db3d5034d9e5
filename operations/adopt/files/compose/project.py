"""A Compose project: its services, the names by which they reach each other, and the lab that they come to."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from config.files import UnreadableFile, read_file
from config.reasons import reason_of
from config.tier import Tier
from operations.adopt.cluster.services import as_name
from operations.adopt.cluster.yaml_text import Flow, FlowList
from operations.adopt.files.compose.values import dotenv, environment, ports_in
from plan.model.fields import Fields, mapping, text, values

_LARGEST_FILE = 100_000
"""Bytes of a file that a lab may hold; a ConfigMap takes ten times that."""
_USUAL_PORTS: Mapping[str, int] = {
    "elasticsearch": 9200,
    "influxdb": 8086,
    "mariadb": 3306,
    "meilisearch": 7700,
    "memcached": 11211,
    "minio": 9000,
    "mongo": 27017,
    "mysql": 3306,
    "nats": 4222,
    "opensearch": 9200,
    "pgbouncer": 6432,
    "pgvecto-rs": 5432,
    "pgvector": 5432,
    "postgis": 5432,
    "postgres": 5432,
    "postgresql": 5432,
    "rabbitmq": 5672,
    "redis": 6379,
    "typesense": 8108,
    "valkey": 6379,
}
"""The port that an image of this name listens on, by its own documentation: Compose needs none where only services of
the project ask."""


class Receiver(NamedTuple):
    """The lab that the services come to, as far as they are written differently for it."""

    tier: str
    storage_class: str | None
    """Of their volumes; None where the lab has none."""
    shared_class: str | None
    """The same for volumes that several services mount."""
    settings: Tier | None = None
    """Settings of the tier, by which pods need exceptions; None where they need none."""
    services: Mapping[str, str] = {}
    """The namespaces of its services, by their names, which are taken."""
    has_vault: bool = True
    has_routes: bool = True
    """Whether it has an ingress controller or a Gateway."""
    signs_in: bool = False
    """Whether the lab can ask a visitor to sign in."""
    domain: str = ""

    @property
    def is_burstable(self) -> bool:
        """Whether containers of the tier may request less memory than their limit."""
        return self.settings is None or self.settings.memory == "burstable"


class Project(NamedTuple):
    """A compose file, with the folder that it is in."""

    name: str
    folder: Path
    services: Mapping[str, Fields]
    """Services by their keys, with their variables replaced."""
    stated: Fields
    """The whole file."""
    receiver: Receiver
    left_out: frozenset[str] = frozenset()
    """Names of services that are not written."""

    def name_of(self, key: str) -> str:
        """Name of the service in the lab: its key, with the project's name before it where another's is called so."""
        name = as_name(key)
        return f"{self.name}-{name}" if self.receiver.services.get(name, self.name) != self.name else name

    def host_of(self, key: str) -> str:
        """The service whose network a service shares; itself where that is its own."""
        kind, _, host = text(self.services[key], "network_mode").partition(":")
        if kind == "container":
            host = next((name for name, each in self.services.items() if text(each, "container_name") == host), "")
        is_sharing = kind in ("service", "container") and host in self.services and host != key
        return host if is_sharing and ":" not in text(self.services[host], "network_mode") else key

    def sharing(self, host: str) -> tuple[str, ...]:
        """The services that share the network of a service."""
        return tuple(key for key in self.services if key != host and self.host_of(key) == host)

    def ports_of(self, key: str) -> dict[str, int | str]:
        """Ports that a service listens on, by their names: as published or exposed, else the usual one of its image."""
        found: dict[str, int | str] = {}
        service = self.services[key]
        stated = (*values(service, "ports"), *values(service, "expose"))
        for each in (port for written in stated for port in ports_in(written)):
            written = each.number if each.protocol == "tcp" else f"{each.number}/{each.protocol}"
            if written not in found.values():
                is_first = not found and each.protocol == "tcp" and bool(values(service, "ports"))
                found["http" if is_first else f"{each.protocol}-{each.number}"] = written
        usual = _USUAL_PORTS.get(_image_name(text(service, "image")))
        asked = [usual] if usual else sorted(set(self._ports_asked(key)))
        return found or {f"tcp-{number}": number for number in asked}

    def _ports_asked(self, key: str) -> Iterator[int]:
        """Ports in the addresses by which other services name a service, as `http://tika:9998`."""
        address = re.compile(rf"(?:://(?:[^/\s@]*@)?|^){re.escape(key)}:(\d{{1,5}})(?![\w.-])")
        for other, stated in self.services.items():
            if other != key:
                for value in environment(stated.get("environment")).values():
                    yield from (int(each) for each in address.findall(value))

    def other_names(self, key: str) -> set[str]:
        """Further names by which Docker resolves a service, and the cluster does not."""
        service = self.services[key]
        networks = mapping(service, "networks")
        aliases = {str(each) for name in networks for each in values(networks, name, "aliases")}
        return {key, text(service, "container_name"), text(service, "hostname"), *aliases} - {"", as_name(key)}

    def share_of(self, volume: str) -> Flow | None:
        """The share of NFS that a named volume is, by the options of Docker's own driver."""
        options = mapping(self.stated, "volumes", volume, "driver_opts")
        mounted = [each.strip() for each in text(options, "o").split(",")]
        server = next((each[5:] for each in mounted if each.startswith("addr=")), "")
        path = text(options, "device").rpartition(":")[2]
        if not text(options, "type").startswith("nfs") or not server or not path.startswith("/"):
            return None
        kept = FlowList([each for each in mounted if each not in ("", "rw", "ro") and not each.startswith("addr=")])
        return Flow(server=server, path=path, **({"options": kept} if kept else {}))

    def read(self, path: str) -> str:
        """The text of a file beside the compose file. Raises UnreadableFile with the end of a sentence."""
        file = (self.folder / path).resolve()
        if not file.is_relative_to(self.folder.resolve()):
            raise UnreadableFile("is outside of the folder of the compose file: copy it there")
        try:
            content = read_file(file)
            if len(content) > _LARGEST_FILE:
                raise UnreadableFile("is larger than 100 kB: mount it from a volume")
            return content.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise UnreadableFile("is not text: mount it from a volume") from None
        except OSError as error:
            raise UnreadableFile(f"cannot be read: {reason_of(error)}") from None

    def read_variables(self, path: str) -> dict[str, str]:
        """The variables of an `env_file`. Raises UnreadableFile."""
        return dotenv(self.read(path))


def _image_name(image: str) -> str:
    return re.split(r"[:@]", image.rpartition("/")[2], maxsplit=1)[0]
