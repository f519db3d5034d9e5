"""The Pod Security Standards: which of them a pod keeps, and how the API server refuses a pod that breaks one.

The checks, their order and their words are those of `k8s.io/pod-security-admission` 0.34 at its newest version of the
standards, with its feature gates as they are by default: a user namespace excuses from nothing.
"""

from collections.abc import Iterator

from config.kubernetes import PodSecurityStandard
from plan.kubernetes.pod_security.baseline import BASELINE
from plan.kubernetes.pod_security.fields import SecuredPod, Violation
from plan.kubernetes.pod_security.restricted import OVERRIDDEN, RESTRICTED
from plan.model import Manifest
from plan.model.fields import text
from plan.model.metadata import ENFORCE_LABEL


def violations(standard: PodSecurityStandard, pod: Manifest) -> tuple[Violation, ...]:
    """All checks of a standard that a pod, or a template of pods, breaks; none breaks `privileged`."""
    return tuple(_broken(standard, SecuredPod(pod)))


def _broken(standard: PodSecurityStandard, pod: SecuredPod) -> Iterator[Violation]:
    if standard == "privileged":
        return
    overridden = OVERRIDDEN if standard == "restricted" else frozenset[str]()
    checks = [check for name, check in BASELINE.items() if name not in overridden]
    if standard == "restricted":
        checks += RESTRICTED
    yield from (violation for check in checks if (violation := check(pod)))


def standard_kept(pod: Manifest) -> PodSecurityStandard:
    """The strictest standard that a pod, or a template of pods, keeps."""
    if not violations("restricted", pod):
        return "restricted"
    return "privileged" if violations("baseline", pod) else "baseline"


def enforced(namespace: Manifest) -> PodSecurityStandard:
    """The standard that a namespace enforces. Without a label, or with an unknown one, that is `privileged`."""
    match text(namespace, "metadata", "labels", ENFORCE_LABEL):
        case "restricted":
            return "restricted"
        case "baseline":
            return "baseline"
        case _:
            return "privileged"


def refusal_words(standard: PodSecurityStandard, broken: tuple[Violation, ...]) -> str:
    """The API server's words for a pod that breaks a standard."""
    return f'violates PodSecurity "{standard}:latest": {", ".join(str(each) for each in broken)}'
