"""The container of a Compose service: figures, command, health, user and rights."""

from collections.abc import Iterator
from typing import Any

from config.quantity import Memory
from operations.adopt.cluster.objects import is_fields
from operations.adopt.cluster.yaml_text import Flow, FlowList
from operations.adopt.files.compose.taken import Taken
from operations.adopt.files.compose.values import memory_of, seconds_of, words
from operations.new.service import CPU, MEMORY
from plan.model.command_secrets import suspected_words
from plan.model.fields import Fields, entries, mapping, text, values

_PULLED = {"always": "Always", "missing": "IfNotPresent", "if_not_present": "IfNotPresent", "never": "Never"}

_UNCONFINED = {"seccomp:unconfined": "seccomp", "apparmor:unconfined": "app_armor"}
"""Options of `security_opt`, and the keys that say the same."""
_NO_OPTION = ("no-new-privileges", "label")
"""Options that Kubernetes has by default (a container gets no privileges by a file), and those of SELinux."""

_NO_SHARE = (
    "it uses a GPU, and Compose does not say how much of its memory: write it by hand, as kind gpu with "
    "gpu: {video_memory_mib: N}"
)


def figures(stated: Fields, *, burstable: bool) -> Taken:
    """CPU and memory, and the number of pods. A GPU has no place: Compose does not say how much of its memory. A
    reservation of memory has one in a tier that is `burstable`."""
    resources = mapping(stated, "deploy", "resources")
    limits, reserved = mapping(resources, "limits"), mapping(resources, "reservations")
    most = limits.get("cpus") or stated.get("cpus")
    cpu = reserved.get("cpus") or most
    memory = memory_of(limits.get("memory") or stated.get("mem_limit"))
    least = memory_of(reserved.get("memory") or stated.get("mem_reservation"))
    missing = [name for name, value in (("cpu", cpu), ("memory", memory)) if not value]
    if memory is None:
        memory = str(max(MEMORY, Memory.parse(least))) if least else str(MEMORY)
    said: dict[str, Any] = {"cpu": str(cpu or CPU), "memory": memory}
    if least and burstable and least != memory:
        said["memory_request"] = least
    replicas = stated.get("scale", mapping(stated, "deploy").get("replicas", 1))
    if replicas != 1:
        said["replicas"] = replicas
    if text(stated, "deploy", "mode") == "global":
        said["runs_as"] = "daemonset"
    devices = entries(stated, "deploy", "resources", "reservations", "devices")
    gpu = any("gpu" in values(each, "capabilities") for each in devices)
    uses_gpu = gpu or stated.get("gpus") or stated.get("runtime") == "nvidia"
    assumed = f"assumed, for nothing is stated: {' and '.join(missing)}; `docker stats` shows what it uses"
    notes = [assumed] if missing else []
    if most:
        what = "is not taken over" if reserved.get("cpus") else "is what it asks for here"
        notes.append(f"the limit of {most} CPUs {what}: write cpu_limit with the exception limited-cpu to keep it")
    return Taken(said, tuple(notes), (_NO_SHARE,) if uses_gpu else ())


def command(stated: Fields) -> Taken:
    """The command of the container, and how it ends."""
    said: dict[str, Any] = {}
    for field, name in (("entrypoint", "command"), ("command", "args")):
        if found := words(stated.get(field)):
            said[name] = FlowList(found)
    if folder := text(stated, "working_dir"):
        said["working_dir"] = folder
    if stated.get("tty") and stated.get("stdin_open"):
        said["terminal"] = True
    if policy := _PULLED.get(text(stated, "pull_policy")):
        said["pull_policy"] = policy
    if grace := stated.get("stop_grace_period"):
        said["grace_seconds"] = seconds_of(grace, 10)
    return Taken(said, (), tuple(_secrets_in(said, "command", "args")))


def _secrets_in(said: Fields, *fields: str) -> Iterator[str]:
    """A command that would stand in the file with what looks like a secret in it."""
    if suspected_words([str(each) for field in fields for each in values(said, field)]):
        yield "a command holds what looks like a secret: write it under secrets, and $(NAME) in its place"


def health(stated: Fields) -> Taken:
    """The health check of the file, as readiness: Docker restarts nothing that fails it either."""
    check = mapping(stated, "healthcheck")
    test = check.get("test")
    asked = ["CMD-SHELL", test] if isinstance(test, str) else [str(each) for each in values(check, "test")]
    if check.get("disable") is True or len(asked) < 2:
        return Taken()
    probe = Flow(
        exec=FlowList(asked[1:] if asked[0] == "CMD" else ["sh", "-c", asked[1]]),
        period_seconds=seconds_of(check.get("interval"), 30),
        timeout_seconds=seconds_of(check.get("timeout"), 30),
        failures=int(str(check.get("retries") or 3)),
    )
    startup = seconds_of(check.get("start_period"), 0)
    probes: dict[str, Any] = {"readiness": probe}
    if startup:
        failures = probe["failures"] + -(-startup // probe["period_seconds"])
        probes = {"startup": Flow({**probe, "failures": failures}), **probes}
    return Taken({"probes": probes}, (), tuple(_secrets_in(probe, "exec")))


def rights(stated: Fields) -> Taken:
    """User, capabilities, and what a container shares with its host."""
    said: dict[str, Any] = {}
    lacking: list[str] = []
    user, _, group = str(stated.get("user") or "").partition(":")
    for field, number in (("run_as_user", user), ("run_as_group", group)):
        if number.isdigit():
            said[field] = int(number)
        elif number and (field, number) != ("run_as_user", "root"):
            lacking.append(f"{field} has to be a number, and {number} is a name of the image")
    if user in ("0", "root"):
        said = {key: value for key, value in said.items() if key != "run_as_user"} | {"run_as_root": True}
    if stated.get("read_only"):
        said["read_only_root"] = True
    for field, name in (("cap_add", "capabilities"), ("cap_drop", "drop_capabilities")):
        if found := values(stated, field):
            said[name] = FlowList([str(each).upper().removeprefix("CAP_") for each in found])
    said |= _security(stated)
    if said.get("privileged") or said.get("host_network") or {"host_pid", "host_ipc"} & set(said.get("security", ())):
        said["exceptions"] = {"host-access": "It has it in Docker Compose"}
    return Taken(said, (), (*lacking, *_without_place(stated)))


def _security(stated: Fields) -> dict[str, Any]:
    said: dict[str, Any] = {}
    if stated.get("privileged"):
        said["privileged"] = True
    if stated.get("network_mode") == "host":
        said["host_network"] = True
    security: dict[str, Any] = {}
    if groups := [int(each) for each in map(str, values(stated, "group_add")) if each.isdigit()]:
        security["groups"] = FlowList(groups)
    if sysctls := stated.get("sysctls"):
        pairs = (
            sysctls.items() if is_fields(sysctls) else (str(each).split("=", 1) for each in values(stated, "sysctls"))
        )
        security["sysctls"] = Flow({str(name): str(value) for name, value in pairs})
    for option in map(str, values(stated, "security_opt")):
        if name := _UNCONFINED.get(option.replace("=", ":")):
            security[name] = "Unconfined"
    for field, name in (("pid", "host_pid"), ("ipc", "host_ipc")):
        if stated.get(field) == "host":
            security[name] = True
    return said | ({"security": security} if security else {})


def _without_place(stated: Fields) -> Iterator[str]:
    mode = stated.get("network_mode")
    if mode == "none":
        yield "network_mode none has no place here: take it out here, and write a NetworkPolicy as an object"
    elif mode not in (None, "host", "bridge", "default"):
        yield f"network_mode {mode} has no place here: write it as a sidecar of that service"
    for each in map(str, values(stated, "group_add")):
        if not each.isdigit():
            yield f"group_add has to be numbers, and {each} is a name of the image"
    for each in map(str, values(stated, "security_opt")):
        if not each.startswith(_NO_OPTION) and each.replace("=", ":") not in _UNCONFINED:
            yield f"security_opt {each} has no place here: state it under security or in a patch"
