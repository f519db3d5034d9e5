"""How the API server admits a pod: it fills in, changes, or refuses, in its own words.

The order is that of kube-apiserver 1.34: defaults of the API, then LimitRange defaults, the priority class, the
runtime class and the mutating policies; then the validation of the object, LimitRanges, the namespace's Pod Security
Standard, validating policies and quotas. Only the first refusal is reported, as the API server does. In its words, an
amount is in the unit in which this program writes it: 1Gi where a pod says 1073741824.

Not predicted: resources stated for a pod as a whole (`spec.resources`), huge pages, dynamic resource claims.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Literal, NamedTuple

from config.lab import Lab
from plan.kubernetes.admission.containers import read_pod
from plan.kubernetes.admission.defaults import defaulted_by_api, defaulted_by_limit_range
from plan.kubernetes.admission.limit_range import limit_range_refusals
from plan.kubernetes.admission.policies import policy_refusals
from plan.kubernetes.admission.priority import PriorityRefused, with_priority
from plan.kubernetes.admission.quota import quota_refusals
from plan.kubernetes.admission.reasons import Invalid, Reason, StandardBroken
from plan.kubernetes.admission.runtime import UnknownRuntimeClass, with_overhead
from plan.kubernetes.admission.tolerations import tolerations
from plan.kubernetes.admission.validation import invalid_fields
from plan.kubernetes.pod_security import enforced, violations
from plan.model import Manifest, Namespace, Pod, QosClass, ResourceList
from plan.model.resources import qos_class

Stage = Literal["priority", "runtime-class", "validation", "limit-range", "pod-security", "policy", "quota"]


class Refusal(NamedTuple):
    """Why a pod is refused."""

    by: Stage
    causes: tuple[Reason, ...]

    @property
    def reasons(self) -> tuple[str, ...]:
        """In the API server's words, or the policy's. Where several policies refuse, the API server tells what one of
        them says, whichever was the quickest."""
        return tuple(str(each) for each in self.causes)

    @property
    def message(self) -> str:
        """The reasons, put together as the API server does."""
        distinct = tuple(dict.fromkeys(self.reasons))
        return distinct[0] if len(distinct) == 1 else f"[{', '.join(distinct)}]"


class Admission(NamedTuple):
    """The outcome of admission for a pod."""

    pod: Pod
    """As it is stored, or as far as it came."""
    priority_class: str
    qos: QosClass
    tolerations: tuple[Manifest, ...]
    refusals: tuple[Refusal, ...]
    """All that would refuse it, one after the other."""

    @property
    def refusal(self) -> Refusal | None:
        """The refusal that the API server reports: the first."""
        return self.refusals[0] if self.refusals else None


def admit(
    lab: Lab,
    namespace: Namespace,
    manifest: Manifest,
    *,
    limit_ranges: Iterable[Manifest] | None = None,
    quotas: Mapping[str, tuple[Manifest, ResourceList]] | None = None,
    runtime_classes: Mapping[str, ResourceList] | None = None,
    classes_of_others: bool = False,
) -> Admission:
    """The outcome of admission for a pod in a namespace of the lab.

    `limit_ranges` and `quotas` (with what is used of them, by quota name) stand for what the namespace has;
    left out, it has what its tier gives it and nothing is used. `runtime_classes` are those of the cluster, and
    what each takes in addition to a pod's containers; left out, any is there and takes nothing.
    `classes_of_others` says that the cluster may have priority classes that the lab does not state: a pod that
    names one has the priority 0.

    Raises ValueError where a quantity is not one.
    """
    ranges = _limit_ranges(namespace) if limit_ranges is None else tuple(limit_ranges)
    budgets = _quotas(namespace) if quotas is None else quotas
    spec: Mapping[str, Any] = manifest["spec"]
    tolerated = tolerations(spec)
    pod = defaulted_by_limit_range(defaulted_by_api(read_pod(spec)), ranges)
    priority_class = ""
    try:
        priority_class, pod = with_priority(lab, namespace, spec, pod, classes_of_others=classes_of_others)
        if runtime_classes is not None:
            pod = with_overhead(spec, pod, runtime_classes)
    except (PriorityRefused, UnknownRuntimeClass) as refused:
        stage = "priority" if isinstance(refused, PriorityRefused) else "runtime-class"
        return Admission(pod, priority_class, qos_class(pod), tolerated, (Refusal(stage, (Invalid(str(refused)),)),))
    stages: tuple[tuple[Stage, Iterable[Reason]], ...] = (
        ("validation", map(Invalid, invalid_fields(spec, pod))),
        ("limit-range", limit_range_refusals(pod, ranges)),
        ("pod-security", _standard_refusals(namespace, manifest)),
        ("policy", policy_refusals(lab, namespace, manifest, pod)),
        ("quota", quota_refusals(spec, priority_class, pod, budgets)),
    )
    refusals = tuple(Refusal(stage, found) for stage, reasons in stages if (found := tuple(reasons)))
    return Admission(pod, priority_class, qos_class(pod), tolerated, refusals)


def _standard_refusals(namespace: Namespace, manifest: Manifest) -> Iterable[Reason]:
    standard = enforced(namespace.manifest)
    broken = violations(standard, manifest)
    return (StandardBroken(standard, broken),) if broken else ()


def _limit_ranges(namespace: Namespace) -> tuple[Manifest, ...]:
    return () if namespace.limit_range is None else (namespace.limit_range,)


def _quotas(namespace: Namespace) -> dict[str, tuple[Manifest, ResourceList]]:
    return {} if namespace.quota is None else {namespace.quota["metadata"]["name"]: (namespace.quota, {})}
