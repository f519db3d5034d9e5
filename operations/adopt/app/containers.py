"""A running container in the keys of the format. Whatever has no key is left to a patch.

The order of variables is a part of a pod: another one would restart it. Where the program writes them in another one, a
key says how they run.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from operations.adopt.app.devices import devices
from operations.adopt.app.pods import profile_of
from operations.adopt.cluster.withheld import is_secret
from operations.adopt.cluster.yaml_text import Flow, FlowList
from plan.model.fields import Fields, entries, mapping, text, value, values

_VARIABLES = ("env", "secrets", "env_keys", "env_fields", "kept_env")
"""Keys in the order in which the program writes their elements."""
_KEYS_OF_OBJECTS = {"secretKeyRef": ("secrets", "secret"), "configMapKeyRef": ("env_keys", "config_map")}
_PROBES = {"startup": "startupProbe", "readiness": "readinessProbe", "liveness": "livenessProbe"}
_TIMES = {
    "initialDelaySeconds": "delay_seconds",
    "periodSeconds": "period_seconds",
    "timeoutSeconds": "timeout_seconds",
    "failureThreshold": "failures",
    "successThreshold": "successes",
    "terminationGracePeriodSeconds": "grace_seconds",
}
_OPTIONAL = {"optional": True}
"""Of a source that may be missing."""


def container_keys(container: Fields) -> dict[str, Any]:
    """Keys of what a container runs and may do, its figures, ports, probes and mounts aside."""
    return {
        "image": text(container, "image"),
        **_command(container),
        **_variables(container),
        **_sources(container),
        **_process(container),
        **devices(container),
    }


def _command(container: Fields) -> dict[str, Any]:
    said: dict[str, Any] = {
        field: _listed(values(container, field)) for field in ("command", "args") if values(container, field)
    }
    if policy := text(container, "imagePullPolicy"):
        said["pull_policy"] = policy
    if container.get("stdin") is True and container.get("tty") is True:
        said["terminal"] = True
    return said


def _listed(words: Sequence[object]) -> list[object]:
    """The words of a command on one line; a script keeps its lines."""
    return list(words) if any("\n" in str(each) for each in words) else FlowList(words)


def _variables(container: Fields) -> dict[str, Any]:
    """The variables before the first that has no key, or that is there twice."""
    said: dict[str, Any] = {}
    keys: list[str] = []
    names: list[str] = []
    for each in entries(container, "env"):
        key, meaning = _variable(each)
        if key is None or text(each, "name") in names:
            break
        keys.append(key)
        names.append(text(each, "name"))
        said.setdefault(key, {})[text(each, "name")] = meaning
    if kept := said.get("kept_env"):
        said["kept_env"] = FlowList(kept)
    late = [name for name, key in zip(names, keys, strict=True) if key != "env"]
    moves = any(f"$({name})" in each for each in said.get("env", {}).values() for name in late)
    if moves or keys != sorted(keys, key=_VARIABLES.index):
        said["env_order"] = FlowList(names)
    return said


def _variable(variable: Fields) -> tuple[str | None, Any]:
    """The key that a variable stands under, and what it says there."""
    if "value" in variable:
        plain = not is_secret(text(variable, "name"), variable.get("value"))
        return ("env", text(variable, "value")) if plain else ("kept_env", None)
    if set(variable) == {"name"}:
        return "kept_env", None
    source = mapping(variable, "valueFrom")
    for field, (key, called) in _KEYS_OF_OBJECTS.items():
        match mapping(source, field):
            case {"name": str(name), "key": str(of), **more} if len(source) == 1 and more in ({}, _OPTIONAL):
                return key, Flow({called: name}, **_unless_named(variable, of), **more)
            case _:
                pass
    amount = mapping(source, "resourceFieldRef")
    if set(source) == {"resourceFieldRef"} and not amount.keys() - {"resource", "divisor", "containerName"}:
        more = {"divisor": text(amount, "divisor"), "container": text(amount, "containerName")}
        stated = {key: each for key, each in more.items() if each and each != "0"}
        return "env_fields", Flow(field=text(amount, "resource"), **stated) if stated else text(amount, "resource")
    field = mapping(source, "fieldRef")
    if set(source) == {"fieldRef"} and field.get("apiVersion", "v1") == "v1":
        return "env_fields", text(field, "fieldPath")
    return None, None


def _unless_named(variable: Fields, key: str) -> dict[str, str]:
    """The key in a Secret or ConfigMap, where it is called otherwise than the variable."""
    return {} if key == variable.get("name") else {"key": key}


def _sources(container: Fields) -> dict[str, Any]:
    """Things of which every key becomes a variable, as far as each can be said."""
    found: list[Flow] = []
    for each in entries(container, "envFrom"):
        prefix = {"prefix": each["prefix"]} if each.get("prefix") else {}
        match {key: source for key, source in each.items() if key != "prefix"}:
            case {"secretRef": {"name": str(name), **more}} if more in ({}, _OPTIONAL):
                found.append(Flow(secret=name, **prefix, **more))
            case {"configMapRef": {"name": str(name), **more}} if more in ({}, _OPTIONAL):
                found.append(Flow(config_map=name, **prefix, **more))
            case _:
                break
    return {"env_from": found} if found else {}


def _process(container: Fields) -> dict[str, Any]:
    said: dict[str, Any] = {}
    if folder := text(container, "workingDir"):
        said["working_dir"] = folder
    security = mapping(container, "securityContext")
    for field, key in (("runAsUser", "run_as_user"), ("runAsGroup", "run_as_group")):
        if isinstance(number := security.get(field), int) and (number or key == "run_as_group"):
            said[key] = number
    if security.get("runAsUser") == 0:
        said["run_as_root"] = True
    if (privileged := security.get("privileged")) is not None:
        said["privileged"] = bool(privileged)
    if (read_only := security.get("readOnlyRootFilesystem")) is not None:
        said["read_only_root"] = bool(read_only)
    if (non_root := security.get("runAsNonRoot")) is not None:
        said["non_root"] = bool(non_root)
    if seccomp := profile_of(mapping(security, "seccompProfile")):
        said["seccomp"] = seccomp
    if app_armor := profile_of(mapping(security, "appArmorProfile")):
        said["app_armor"] = app_armor
    if labels := mapping(security, "seLinuxOptions"):
        said["selinux"] = Flow(labels)
    if policy := text(container, "terminationMessagePolicy"):
        said["termination_message"] = policy
    if (escalation := security.get("allowPrivilegeEscalation")) is not None:
        said["privilege_escalation"] = bool(escalation)
    for field, key in (("add", "capabilities"), ("drop", "drop_capabilities")):
        if names := values(security, "capabilities", field):
            said[key] = FlowList(names)
    for field, key in (("preStop", "pre_stop"), ("postStart", "post_start")):
        if command := values(container, "lifecycle", field, "exec", "command"):
            said[key] = FlowList(command)
        asked = mapping(container, "lifecycle", field, "httpGet")
        if not (asked.keys() - {"scheme"}) ^ {"path", "port"} and isinstance(asked["port"], str):
            https = {"https": True} if text(asked, "scheme") == "HTTPS" else {}
            said[key] = Flow(http=text(asked, "path"), port=asked["port"], **https)
    if isinstance(pause := value(container, "lifecycle", "preStop", "sleep", "seconds"), int):
        said["pre_stop_sleep_seconds"] = pause
    return said


def probe_keys(container: Fields, ports: Mapping[str, int], *, named: bool) -> dict[str, Any]:
    """Probes of a container that listens at these ports, by the names that the file gives them; `named` if the
    container calls them so too."""
    found = {
        name: said
        for name, field in _PROBES.items()
        if (probe := mapping(container, field)) and (said := _probe(probe, ports, named=named)) is not None
    }
    return {"probes": {name: Flow(each) for name, each in found.items()}} if found else {}


def _probe(probe: Fields, ports: Mapping[str, int], *, named: bool) -> dict[str, Any] | None:
    times = {key: probe[field] for field, key in _TIMES.items() if field in probe}
    match {field: asked for field, asked in probe.items() if field not in _TIMES}:
        case {"exec": {"command": [*command]}, **more} if not more:
            return {"exec": list(command), **times}
        case {"httpGet": {"path": str(path), "port": port, **more_of_it}, **more} if not more:
            request = _request(more_of_it)
            if request is None:
                return None
            check: dict[str, Any] = {"http": path, **request}
        case {"tcpSocket": {"port": port, **more_of_it}, **more} if not more and not more_of_it:
            check = {}
        case {"grpc": {"port": port, **more_of_it}, **more} if not more and not more_of_it.keys() - {"service"}:
            check = {"grpc": True, **({"grpc_service": more_of_it["service"]} if more_of_it else {})}
        case _:
            return None
    asked = _port(port, ports, named=named or "grpc" in check)
    return None if asked is None else {**check, **asked, **times}


def _request(stated: Fields) -> dict[str, Any] | None:
    """Further keys of a request by HTTP; None where the format has none for it, or asks another host than the pod."""
    headers = {text(each, "name"): text(each, "value") for each in entries(stated, "httpHeaders")}
    if stated.keys() - {"scheme", "httpHeaders"} or len(headers) != len(entries(stated, "httpHeaders")):
        return None
    return {
        **({"https": True} if text(stated, "scheme") == "HTTPS" else {}),
        **({"headers": headers} if headers else {}),
    }


def _port(port: object, ports: Mapping[str, int], *, named: bool) -> dict[str, Any] | None:
    """How a probe says its port; the first one is left out. None where the file has no such port."""
    first = next(iter(ports), None)
    if isinstance(port, int):
        return {} if not named and first is not None and ports[first] == port else {"port": port}
    if not named or port not in ports:
        return None
    return {} if port == first else {"port": port}
