"""Images whose user the kubelet refuses in a pod that must not run as root."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from config.image import repository_of, tag_of
from config.source import Path
from plan.model import Manifest, Service
from plan.model.fields import Fields, entries, mapping, text, value, values
from plan.model.findings import Finding, Rule
from plan.model.templates import pod_spec

IMAGE_USER_REFUSED = Rule(
    "IMAGE-USER-REFUSED",
    "warning",
    title="The kubelet refuses the user of an image",
    meaning=(
        "A container that must not run as root (a tier of `restricted`) and states no user runs as its image says. "
        "Where that is root, or a user with a name and no number, the kubelet creates no container: "
        "CreateContainerConfigError. Images are known by their name; one of the same name that was built otherwise is "
        "not told from it."
    ),
    remedy="State `run_as_user`, or the exception `root-user` with its reason where the image cannot do without root.",
)


USER_UNKNOWN_TO_IMAGE = Rule(
    "USER-UNKNOWN-TO-IMAGE",
    "warning",
    title="A database is started by a user that its image does not know",
    meaning=(
        "The user of PostgreSQL has the number 999 in images of Debian and 70 in those of Alpine. initdb refuses a "
        "user without a name (`could not look up effective user ID`), so that a new database never starts; an old one "
        "finds its files to be of another user, and ends with `data directory has wrong ownership`."
    ),
    remedy="State the user of the image.",
)


class _User(NamedTuple):
    """The user of an image, and the one with which it runs as well."""

    name: str = "root"
    number: int | None = None
    """None where it needs root, or another image."""
    instead: str = ""
    writes: bool = False
    """It also writes into its root file system while it starts."""


_ROOT = _User()
_ROOT_THAT_WRITES = _User(writes=True)
_ANY = _User(number=1000)
_OF_SERVERS = _User(number=999)
"""The user that most official images of database servers make."""

USERS: Mapping[str, _User] = {
    "adguard/adguardhome": _ROOT,
    "binwiederhier/ntfy": _ANY,
    "blakeblackshear/frigate": _ROOT_THAT_WRITES,
    "caddy": _ROOT,
    "crowdsecurity/crowdsec": _ROOT,
    "deluan/navidrome": _ANY,
    "dgtlmoon/changedetection.io": _ANY,
    "eclipse-mosquitto": _User(number=1883),
    "freshrss/freshrss": _ROOT_THAT_WRITES,
    "home-assistant/home-assistant": _ROOT_THAT_WRITES,
    "homeassistant/home-assistant": _ROOT_THAT_WRITES,
    "httpd": _ROOT_THAT_WRITES,
    "immich-app/immich-machine-learning": _ANY,
    "immich-app/immich-server": _ANY,
    "jellyfin/jellyfin": _ANY,
    "koenkk/zigbee2mqtt": _ANY,
    "louislam/uptime-kuma": _ANY,
    "mailserver/docker-mailserver": _ROOT_THAT_WRITES,
    "mariadb": _OF_SERVERS,
    "memcached": _User("memcache", 11211),
    "mongo": _OF_SERVERS,
    "mysql": _OF_SERVERS,
    "n8nio/n8n": _User("node", 1000),
    "nextcloud": _User(number=33),
    "nginx": _User(instead="nginxinc/nginx-unprivileged", writes=True),
    "open-webui/open-webui": _ROOT_THAT_WRITES,
    "nodered/node-red": _User("node-red", 1000),
    "ollama/ollama": _ANY,
    "pihole/pihole": _ROOT_THAT_WRITES,
    "plexinc/pms-docker": _ROOT_THAT_WRITES,
    "postgres": _OF_SERVERS,
    "prom/alertmanager": _User("nobody", 65534),
    "prom/node-exporter": _User("nobody", 65534),
    "prom/prometheus": _User("nobody", 65534),
    "qmcgaw/gluetun": _ROOT_THAT_WRITES,
    "rabbitmq": _OF_SERVERS,
    "redis": _OF_SERVERS,
    "roundcube/roundcubemail": _ROOT_THAT_WRITES,
    "traefik": _User(number=65532),
    "valkey/valkey": _OF_SERVERS,
    "vaultwarden/server": _ANY,
    "wordpress": _User(number=33),
}
"""By name, without the registry and Docker Hub's `library/`: the USER of each image's Dockerfile, read or run."""
_BY_MAKER: Mapping[str, _User] = {"linuxserver/": _ROOT_THAT_WRITES, "hotio/": _ROOT_THAT_WRITES}
_OF_ALPINE = {"nextcloud": 82, "postgres": 70, "rabbitmq": 100, "wordpress": 82}
"""Numbers in tags of Alpine, where they differ."""
_ROOTLESS = "rootless"
"""In tags of images that also exist without root."""


def image_user_findings(services: Iterable[Service]) -> Iterator[Finding]:
    """A finding for each container that its image keeps from starting."""
    for service in services:
        for manifest in service.objects:
            workload = service.workload_of(manifest)
            if workload is None:
                continue
            for name, image, user in _refused(manifest):
                yield IMAGE_USER_REFUSED.finding(
                    workload.path,
                    f"{image}, {name} of {service.name}, "
                    + ("starts as root" if user.name == "root" else f"runs as {user.name}, a name without a number")
                    + ", and its pod must not run as root: the kubelet does not create the container",
                    _fix(name, image, user),
                    about=name,
                    facts={"image": image, "user": user.name},
                )
            yield from _unknown(workload.path, service.name, manifest)


def _unknown(path: Path, service: str, manifest: Manifest) -> Iterator[Finding]:
    """Servers of PostgreSQL from Alpine that run as somebody else; a file of users of one's own knows them."""
    spec = pod_spec(manifest)
    for each in entries(spec, "containers"):
        image, words = text(each, "image"), (*values(each, "command"), *values(each, "args"))
        own = {**mapping(spec, "securityContext"), **mapping(each, "securityContext")}.get("runAsUser")
        known = _OF_ALPINE["postgres"]
        if repository_of(image) != "postgres" or "alpine" not in tag_of(image) or own in (None, 0, known):
            continue
        has_users = any(text(point, "mountPath") in ("/etc", "/etc/passwd") for point in entries(each, "volumeMounts"))
        serves = not words or "postgres" in (str(words[0]), str(words[0]).rpartition("/")[2]) or str(words[0])[0] == "-"
        if serves and not has_users:
            yield USER_UNKNOWN_TO_IMAGE.finding(
                path,
                f"{image}, {text(each, 'name')} of {service}, runs as user {own}, which the image does not know: its "
                f"user of PostgreSQL is {known}, and initdb refuses one without a name",
                f"state run_as_user: {known} for {text(each, 'name')}, and its group, or take the image of Debian"
                if path[0] == "services"
                else f"write runAsUser: {known} and fsGroup: {known} there, or take the image of Debian",
                about=text(each, "name"),
                facts={"image": image, "user": int(own), "known": known},
            )


def _fix(name: str, image: str, user: _User) -> str:
    if user.number is not None:
        number = _OF_ALPINE.get(repository_of(image), user.number) if "alpine" in tag_of(image) else user.number
        return f"state run_as_user: {number} for {name}"
    also = ", writable-root: REASON" if user.writes else ""
    if user.instead:
        return f"take {user.instead}, or state exceptions: {{root-user: REASON{also}}}"
    return f"state exceptions: {{root-user: REASON{also}}}"


def starts_with_root_alone(pod: Fields, container: Fields) -> bool:
    """Whether the kubelet refuses a container until its pod may run as root, which the finding about it says."""
    own = {**mapping(pod, "securityContext"), **mapping(container, "securityContext")}
    user = _user_of(text(container, "image"))
    is_refused = own.get("runAsNonRoot") is True and value(own, "runAsUser") is None
    return is_refused and user is not None and user.number is None


def _refused(manifest: Manifest) -> Iterator[tuple[str, str, _User]]:
    """The containers of a workload's pods that start as nobody with a number, with their images."""
    spec = pod_spec(manifest)
    of_pod = mapping(spec, "securityContext")
    for each in (*entries(spec, "initContainers"), *entries(spec, "containers")):
        own = {**of_pod, **mapping(each, "securityContext")}
        if own.get("runAsNonRoot") is True and value(own, "runAsUser") is None:
            user = _user_of(text(each, "image"))
            if user:
                yield text(each, "name"), text(each, "image"), user


def _user_of(image: str) -> _User | None:
    name = repository_of(image)
    if _ROOTLESS in tag_of(image):
        return None
    return USERS.get(name) or next((user for maker, user in _BY_MAKER.items() if name.startswith(maker)), None)
