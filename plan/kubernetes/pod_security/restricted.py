"""The checks that the standard `restricted` has in addition to those of `baseline`, or in place of them."""

from config.kubernetes import ALWAYS_ADMITTED
from plan.kubernetes.pod_security.baseline import Check, unconfined
from plan.kubernetes.pod_security.fields import SecuredPod, Violation, counted, of_containers, quoted, security
from plan.model.fields import Fields, entries, mapping, text, value, values

OVERRIDDEN = frozenset({"capabilities_baseline", "hostPathVolumes", "seccompProfile_baseline"})
"""Checks of `baseline` of which a stricter one takes the place."""

_VOLUMES = frozenset(
    {
        "configMap",
        "csi",
        "downwardAPI",
        "emptyDir",
        "ephemeral",
        "image",
        "persistentVolumeClaim",
        "projected",
        "secret",
    }
)
_OTHER_VOLUMES = frozenset(
    {
        "awsElasticBlockStore",
        "azureDisk",
        "azureFile",
        "cephfs",
        "cinder",
        "fc",
        "flexVolume",
        "flocker",
        "gcePersistentDisk",
        "gitRepo",
        "glusterfs",
        "hostPath",
        "iscsi",
        "nfs",
        "photonPersistentDisk",
        "portworxVolume",
        "quobyte",
        "rbd",
        "scaleIO",
        "storageos",
        "vsphereVolume",
    }
)


def _privilege_escalation(pod: SecuredPod) -> Violation | None:
    names = pod.names(lambda container: value(security(container), "allowPrivilegeEscalation") is not False)
    detail = of_containers(names, "must set securityContext.allowPrivilegeEscalation=false")
    return Violation("allowPrivilegeEscalation != false", detail) if names else None


def _capabilities(pod: SecuredPod) -> Violation | None:
    def added(container: Fields) -> set[str]:
        return {*values(security(container), "capabilities", "add")} - ALWAYS_ADMITTED

    keeping = pod.names(lambda container: "ALL" not in values(security(container), "capabilities", "drop"))
    adding = pod.names(lambda container: bool(added(container)))
    what = quoted(sorted({each for container in pod.containers for each in added(container)}))
    details = [
        *([of_containers(keeping, 'must set securityContext.capabilities.drop=["ALL"]')] if keeping else []),
        *([of_containers(adding, f"must not include {what} in securityContext.capabilities.add")] if adding else []),
    ]
    return Violation("unrestricted capabilities", "; ".join(details)) if details else None


def _volumes(pod: SecuredPod) -> Violation | None:
    bad = [each for each in entries(pod.spec, "volumes") if not _VOLUMES & each.keys() and each.keys() > {"name"}]
    names = [text(each, "name") for each in bad]
    kinds = sorted({kind for each in bad for kind in (_OTHER_VOLUMES & each.keys() or {"unknown"})})
    uses = "uses" if len(names) == 1 else "use"
    detail = (
        f"{counted('volume', names)} {quoted(names)} {uses} {counted('restricted volume type', kinds)} {quoted(kinds)}"
    )
    return Violation("restricted volume types", detail) if names else None


def _non_root(pod: SecuredPod) -> Violation | None:
    def states_root(context: Fields) -> bool:
        return value(context, "runAsNonRoot") is False

    if setters := pod.setters(states_root):
        stated = f"{' and '.join(setters)} must not set securityContext.runAsNonRoot=false"
        return Violation("runAsNonRoot != true", stated)
    if value(pod.spec, "securityContext", "runAsNonRoot") is True:
        return None
    silent = pod.names(lambda container: value(security(container), "runAsNonRoot") is None)
    detail = f"pod or {of_containers(silent, 'must set securityContext.runAsNonRoot=true')}"
    return Violation("runAsNonRoot != true", detail) if silent else None


def _user(pod: SecuredPod) -> Violation | None:
    setters = pod.setters(lambda context: value(context, "runAsUser") == 0)
    return Violation("runAsUser=0", f"{' and '.join(setters)} must not set runAsUser=0") if setters else None


def _seccomp(pod: SecuredPod) -> Violation | None:
    if stated := unconfined(pod):
        return stated
    if text(mapping(pod.spec, "securityContext"), "seccompProfile", "type"):
        return None
    silent = pod.names(lambda container: not text(security(container), "seccompProfile", "type"))
    must = 'must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"'
    return Violation("seccompProfile", f"pod or {of_containers(silent, must)}") if silent else None


RESTRICTED: tuple[Check, ...] = (_privilege_escalation, _capabilities, _volumes, _non_root, _user, _seccomp)
"""In the order in which they are judged, after those of `baseline`."""
