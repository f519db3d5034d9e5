"""Fields of Kubernetes's own kinds that hold whole numbers or truth values: the API server refuses a text there.

They are those of k8s.io/api 1.34 (apps, autoscaling, batch, core, networking, policy) whose names stand for one type
wherever they occur.
"""

from collections.abc import Iterator
from typing import Any

from config.model import shown
from config.source import Path, is_mapping, is_sequence

_NUMBERS = frozenset(
    {
        *("replicas", "minReplicas", "maxReplicas", "averageUtilization", "revisionHistoryLimit", "minReadySeconds"),
        *("progressDeadlineSeconds", "activeDeadlineSeconds", "terminationGracePeriodSeconds", "backoffLimit"),
        *("parallelism", "completions", "ttlSecondsAfterFinished", "startingDeadlineSeconds"),
        *("successfulJobsHistoryLimit", "failedJobsHistoryLimit", "containerPort", "hostPort", "nodePort"),
        *("runAsUser", "runAsGroup", "fsGroup", "initialDelaySeconds", "periodSeconds", "timeoutSeconds"),
        *("successThreshold", "failureThreshold", "defaultMode", "tolerationSeconds", "healthCheckNodePort"),
    }
)
_SWITCHES = frozenset(
    {
        *("suspend", "paused", "hostNetwork", "hostPID", "hostIPC", "hostUsers", "shareProcessNamespace", "privileged"),
        *("allowPrivilegeEscalation", "readOnlyRootFilesystem", "runAsNonRoot", "automountServiceAccountToken"),
        *("enableServiceLinks", "readOnly", "optional", "immutable", "stdin", "tty", "publishNotReadyAddresses"),
        *("allocateLoadBalancerNodePorts", "setHostnameAsFQDN"),
    }
)
_OF_OTHERS = frozenset(
    {
        *("metadata", "data", "stringData", "binaryData", "labels", "matchLabels", "nodeSelector", "selector"),
        *("volumeAttributes", "options", "limits", "requests", "capacity", "hard"),
    }
)
"""Mappings whose keys somebody chooses."""
_TRUTHS = ("true", "false")


def mistyped(value: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Texts where a whole number or a truth value has to stand."""
    if is_sequence(value):
        for index, each in enumerate(value):
            yield from mistyped(each, (*path, index))
    elif is_mapping(value):
        for key, each in value.items():
            if is_mapping(each) or is_sequence(each):
                if key not in _OF_OTHERS:
                    yield from mistyped(each, (*path, key))
            elif isinstance(each, str) and key in _NUMBERS:
                meant = f"; write {each}, without quotes" if each.lstrip("-").isdigit() else ""
                yield (*path, key), f"must be a whole number, not {shown(each)}{meant}"
            elif isinstance(each, str) and key in _SWITCHES:
                meant = f"; write {each.lower()}, without quotes" if each.lower() in _TRUTHS else ""
                yield (*path, key), f"must be true or false, not {shown(each)}{meant}"
