"""Pods that state their rights in every way, careful and careless: generated, the same for the same seed."""

from collections.abc import Iterator
from random import Random
from typing import Any

RESTRICTED: dict[str, Any] = {
    "allowPrivilegeEscalation": False,
    "runAsNonRoot": True,
    "capabilities": {"drop": ["ALL"]},
}
PROFILES = ("RuntimeDefault", "RuntimeDefault", "Unconfined")
CAPABILITIES = ("NET_BIND_SERVICE", "CHOWN", "SETUID", "NET_RAW", "NET_ADMIN", "SYS_TIME", "ALL")
VOLUMES: tuple[dict[str, Any], ...] = (
    {"emptyDir": {}},
    {"configMap": {"name": "some"}},
    {"persistentVolumeClaim": {"claimName": "some"}},
    {"hostPath": {"path": "/var/log"}},
    {"nfs": {"server": "192.0.2.1", "path": "/export"}},
    {"iscsi": {"targetPortal": "192.0.2.1", "iqn": "iqn.2001-04.example:disk", "lun": 0}},
)
SYSCTLS = ("net.ipv4.ip_unprivileged_port_start", "net.ipv4.tcp_keepalive_time", "kernel.msgmax", "net.core.somaxconn")
HOSTS = ("", "", "", "192.0.2.7", "elsewhere.example")


def restricted(spec: dict[str, Any]) -> dict[str, Any]:
    """A pod's specification with all that the standard `restricted` demands."""
    groups = {
        group: [{**each, "securityContext": RESTRICTED} for each in spec[group]]
        for group in ("containers", "initContainers")
        if group in spec
    }
    return {**spec, **groups, "securityContext": {"seccompProfile": {"type": "RuntimeDefault"}}}


def secured_pods(seed: int, count: int) -> Iterator[dict[str, Any]]:
    """So many pods; about one in three keeps `restricted`."""
    random = Random(seed)
    for number in range(count):
        yield _pod(random, f"secured-{number}")


def _pod(random: Random, name: str) -> dict[str, Any]:
    careful = random.random() < 0.5
    odd = 0.05 if careful else 0.25
    spec: dict[str, Any] = {
        "containers": [_container(random, f"c{each}", careful, odd) for each in range(random.choice((1, 1, 2, 3)))],
        "initContainers": [_container(random, f"i{each}", careful, odd) for each in range(random.choice((0, 0, 1, 2)))],
    }
    context: dict[str, Any] = {}
    if careful or random.random() < 0.4:
        context["seccompProfile"] = {"type": _one(random, PROFILES, odd)}
    if random.random() < 0.3:
        context["runAsNonRoot"] = random.random() > odd
    if random.random() < 0.2:
        context["runAsUser"] = random.choice((0, 1000, 1000)) if not context.get("runAsNonRoot") else 1000
    if random.random() < odd:
        context["sysctls"] = [{"name": each, "value": "1"} for each in random.sample(SYSCTLS, 2)]
    if random.random() < odd:
        context["seLinuxOptions"] = _selinux(random)
    if random.random() < odd:
        context["appArmorProfile"] = {"type": random.choice(("RuntimeDefault", "Unconfined"))}
    if context:
        spec["securityContext"] = context
    if random.random() < odd and "sysctls" not in context:
        spec |= {field: True for field in ("hostNetwork", "hostPID", "hostIPC") if random.random() < 0.5}
    kinds = VOLUMES if random.random() < odd * 2 else VOLUMES[:3]
    spec["volumes"] = [{"name": f"v{each}", **random.choice(kinds)} for each in range(random.choice((0, 1, 2)))]
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": spec}


def _container(random: Random, name: str, careful: bool, odd: float) -> dict[str, Any]:
    container: dict[str, Any] = {"name": name, "image": "registry.example/app:1.0.0"}
    context: dict[str, Any] = {}
    if careful and random.random() > odd:
        context = {"allowPrivilegeEscalation": False, "runAsNonRoot": True, "capabilities": {"drop": ["ALL"]}}
    if random.random() < odd:
        context["runAsNonRoot"] = random.choice((True, False))
    if random.random() < odd:
        context["runAsUser"] = random.choice((0, 1000))
    if random.random() < odd:
        context.setdefault("capabilities", {})["add"] = random.sample(CAPABILITIES, random.choice((1, 2)))
    if random.random() < odd:
        context["seccompProfile"] = {"type": random.choice(PROFILES)}
    if random.random() < odd:
        context["seLinuxOptions"] = _selinux(random)
    if random.random() < odd:
        context["appArmorProfile"] = {"type": random.choice(("RuntimeDefault", "Unconfined"))}
    if random.random() < odd / 2:
        context |= {"privileged": True, "allowPrivilegeEscalation": True}
    if context:
        container["securityContext"] = context
    if random.random() < 0.3:
        first = 100 * (1 + ord(name[0]) % 2 + 2 * int(name[1:]))  # on the node's network no two may listen at one port
        container["ports"] = [_port(random, first + number, odd) for number in (53, 80)]
    if name.startswith("c") and random.random() < 0.3:
        container["livenessProbe"] = {"tcpSocket": {"port": 8080, "host": random.choice(HOSTS)}}
        container["lifecycle"] = {"preStop": {"httpGet": {"port": 8080, "host": random.choice(HOSTS)}}}
    return container


def _port(random: Random, number: int, odd: float) -> dict[str, int]:
    return {"containerPort": number, **({"hostPort": number} if random.random() < odd else {})}


def _selinux(random: Random) -> dict[str, str]:
    options = {"type": random.choice(("container_t", "spc_t"))}
    return options | {each: "some" for each in ("user", "role") if random.random() < 0.4}


def _one(random: Random, values: tuple[str, ...], odd: float) -> str:
    return random.choice(values) if random.random() < odd else values[0]
