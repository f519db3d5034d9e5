"""The checks of the standard `baseline`."""

from collections.abc import Callable, Iterator, Mapping

from config.kubernetes import CONFINED_TYPES, DEFAULT_CAPABILITIES, SAFE_SYSCTLS
from plan.kubernetes.pod_security.fields import SecuredPod, Violation, counted, of_containers, quoted, security
from plan.model.fields import Fields, entries, mapping, text, value, values

Check = Callable[[SecuredPod], Violation | None]

_APPARMOR_ANNOTATION = "container.apparmor.security.beta.kubernetes.io/"
_PROFILES = ("RuntimeDefault", "Localhost")


def _app_armor(pod: SecuredPod) -> Violation | None:
    def is_bad(profile: str) -> bool:
        return bool(profile) and profile not in _PROFILES

    setters = pod.setters(lambda context: is_bad(text(context, "appArmorProfile", "type")))
    bad = sorted({str(each) for each in pod.every("appArmorProfile", "type") if is_bad(str(each))})
    annotations = sorted(
        f'{key}="{stated}"'
        for key, stated in pod.annotations.items()
        if key.startswith(_APPARMOR_ANNOTATION)
        and stated not in ("", "runtime/default")
        and not stated.startswith("localhost/")
    )
    if annotations:
        setters.append(counted("annotation", annotations))
    bad += annotations
    detail = f"{' and '.join(setters)} must not set AppArmor profile type to {quoted(bad)}"
    return Violation(counted("forbidden AppArmor profile", bad), detail) if bad else None


def _capabilities(pod: SecuredPod) -> Violation | None:
    def added(container: Fields) -> set[str]:
        return {*values(security(container), "capabilities", "add")} - DEFAULT_CAPABILITIES

    names = pod.names(lambda container: bool(added(container)))
    what = quoted(sorted({each for container in pod.containers for each in added(container)}))
    detail = of_containers(names, f"must not include {what} in securityContext.capabilities.add")
    return Violation("non-default capabilities", detail) if names else None


def _host_namespaces(pod: SecuredPod) -> Violation | None:
    used = [f"{field}=true" for field in ("hostNetwork", "hostPID", "hostIPC") if pod.spec.get(field)]
    return Violation("host namespaces", ", ".join(used)) if used else None


def _host_path_volumes(pod: SecuredPod) -> Violation | None:
    names = [text(each, "name") for each in entries(pod.spec, "volumes") if "hostPath" in each]
    return Violation("hostPath volumes", f"{counted('volume', names)} {quoted(names)}") if names else None


def _host_ports(pod: SecuredPod) -> Violation | None:
    """On the network of the node every port is one of it, which the API server fills in."""
    field = "containerPort" if pod.spec.get("hostNetwork") else "hostPort"

    def used(container: Fields) -> set[str]:
        return {str(port) for each in entries(container, "ports") if (port := each.get("hostPort") or each.get(field))}

    names = pod.names(lambda container: bool(used(container)))
    ports = sorted({each for container in pod.containers for each in used(container)})
    uses = "uses" if len(names) == 1 else "use"
    detail = of_containers(names, f"{uses} {counted('hostPort', ports)} {', '.join(ports)}")
    return Violation("hostPort", detail) if names else None


def _hosts_of_probes(pod: SecuredPod) -> Violation | None:
    names = sorted(pod.names(lambda container: any(_probed_hosts(container))))
    hosts = sorted({each for container in pod.containers for each in _probed_hosts(container)})
    uses = "uses" if len(names) == 1 else "use"
    detail = of_containers(names, f"{uses} {counted('probe or lifecycle host', hosts)} {quoted(hosts)}")
    return Violation("probe or lifecycle host", detail) if names else None


def _probed_hosts(container: Fields) -> Iterator[str]:
    asked = [mapping(container, each) for each in ("livenessProbe", "readinessProbe", "startupProbe")]
    asked += [mapping(container, "lifecycle", each) for each in ("postStart", "preStop")]
    for each in asked:
        for way in ("httpGet", "tcpSocket"):
            if host := text(each, way, "host"):
                yield host


def _privileged(pod: SecuredPod) -> Violation | None:
    names = pod.names(lambda container: security(container).get("privileged") is True)
    detail = of_containers(names, "must not set securityContext.privileged=true")
    return Violation("privileged", detail) if names else None


def _proc_mount(pod: SecuredPod) -> Violation | None:
    def is_bad(container: Fields) -> bool:
        return text(security(container), "procMount") not in ("", "Default")

    names = pod.names(is_bad)
    kinds = quoted(sorted({text(security(each), "procMount") for each in pod.containers if is_bad(each)}))
    detail = of_containers(names, f"must not set securityContext.procMount to {kinds}")
    return Violation("procMount", detail) if names else None


def _selinux(pod: SecuredPod) -> Violation | None:
    def is_bad(context: Fields) -> bool:
        options = mapping(context, "seLinuxOptions")
        return text(options, "type") not in CONFINED_TYPES or bool(text(options, "user") or text(options, "role"))

    setters = pod.setters(is_bad)
    types = sorted({str(each) for each in pod.every("seLinuxOptions", "type")} - CONFINED_TYPES)
    said = [f"{counted('type', types)} {quoted(types)}"] if types else []
    said += [f"{each} may not be set" for each in ("user", "role") if any(pod.every("seLinuxOptions", each))]
    detail = f"{' and '.join(setters)} set forbidden securityContext.seLinuxOptions: {'; '.join(said)}"
    return Violation("seLinuxOptions", detail) if setters else None


def unconfined(pod: SecuredPod) -> Violation | None:
    """A seccomp profile that is none of the admitted ones."""

    def is_bad(context: Fields) -> bool:
        return text(context, "seccompProfile", "type") not in ("", *_PROFILES)

    setters = pod.setters(is_bad)
    kinds = quoted(sorted({str(each) for each in pod.every("seccompProfile", "type")} - {*_PROFILES}))
    detail = f"{' and '.join(setters)} must not set securityContext.seccompProfile.type to {kinds}"
    return Violation("seccompProfile", detail) if setters else None


def _sysctls(pod: SecuredPod) -> Violation | None:
    stated = [text(each, "name") for each in entries(pod.spec, "securityContext", "sysctls")]
    unsafe = [each for each in stated if each not in SAFE_SYSCTLS]
    return Violation("forbidden sysctls", ", ".join(unsafe)) if unsafe else None


def _host_process(pod: SecuredPod) -> Violation | None:

    def is_bad(context: Fields) -> bool:
        return value(context, "windowsOptions", "hostProcess") is True

    setters = pod.setters(is_bad)
    detail = f"{' and '.join(setters)} must not set securityContext.windowsOptions.hostProcess=true"
    return Violation("hostProcess", detail) if setters else None


BASELINE: Mapping[str, Check] = {
    "appArmorProfile": _app_armor,
    "capabilities_baseline": _capabilities,
    "hostNamespaces": _host_namespaces,
    "hostPathVolumes": _host_path_volumes,
    "hostPorts": _host_ports,
    "hostProbesAndHostLifecycle": _hosts_of_probes,
    "privileged": _privileged,
    "procMount": _proc_mount,
    "seLinuxOptions": _selinux,
    "seccompProfile_baseline": unconfined,
    "sysctls": _sysctls,
    "windowsHostProcess": _host_process,
}
"""By the name that Kubernetes gives it, which decides the order."""
