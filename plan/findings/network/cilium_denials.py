"""Policies of Cilium that are to deny one thing, and deny everything else as well."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, NamedTuple

from config.lab import Lab
from config.namespaces import namespace_of_object
from config.objects import StatedObject
from plan.kubernetes.cilium_policy import NAMESPACE_LABEL, rule_sets, without_source
from plan.model import Service
from plan.model.constraints import read_selector
from plan.model.fields import Fields, mapping, value, values
from plan.model.findings import Finding, Rule
from plan.wording import listed
from plan.workloads.endpoints import PodTemplate, pod_templates

POLICY_DENIES_THE_REST = Rule(
    "POLICY-DENIES-THE-REST",
    "error",
    title="A policy that denies one thing lets nothing else through",
    meaning=(
        "Cilium lets a pod that any policy selects make, or take, only the connections that some policy allows: a "
        "policy that only denies does so as well. Pods without an allowing policy of their own lose name resolution "
        "and the API server at once."
    ),
    remedy="Write enableDefaultDeny into its spec: then it takes away what it names, and nothing more.",
)
_KINDS = ("CiliumNetworkPolicy", "CiliumClusterwideNetworkPolicy")
_Direction = Literal["egress", "ingress"]
_DIRECTIONS: tuple[_Direction, ...] = ("egress", "ingress")


class _Rules(NamedTuple):
    """One set of rules of a policy."""

    policy: StatedObject
    namespace: str | None
    """None where it holds in all."""
    spec: Fields

    def denies_only(self, direction: _Direction) -> bool:
        """Whether it isolates a pod in a direction, and has no rule that lets anything through."""
        is_isolating = value(self.spec, "enableDefaultDeny", direction) is not False
        return is_isolating and bool(values(self.spec, f"{direction}Deny")) and not values(self.spec, direction)


def cilium_denial_findings(lab: Lab, services: Iterable[Service]) -> Iterator[Finding]:
    """A finding for each set of rules that denies, where known pods have no other policy that allows."""
    rules = tuple(_rules(lab))
    denying: list[tuple[_Rules, _Direction]] = [
        (each, direction) for each in rules for direction in _DIRECTIONS if each.denies_only(direction)
    ]
    if not denying:
        return
    planned = tuple(services)
    pods = [each for each in pod_templates(planned) if not each.on_host_network]
    for each, direction in denying:
        if any(other.namespace is None and values(other.spec, direction) for other in rules):
            continue
        allowed = {other.namespace for other in rules if values(other.spec, direction)}
        allowed |= {*_in_policies(planned, direction)}
        cut = sorted({pod.workload for pod in pods if pod.namespace not in allowed and _selects(each, pod)})
        if cut:
            verb = "make" if direction == "egress" else "take"
            yield POLICY_DENIES_THE_REST.finding(
                each.policy.path,
                f"{each.policy.name} denies some {direction} and allows none: {listed(cut, most=3)} {verb} no "
                "connection at all, since no other policy allows them any",
                f"write enableDefaultDeny: {{{direction}: false}} into the spec of {each.policy.name}",
                about=f"{each.policy.name} {direction}",
                facts={"direction": direction, "workloads": tuple(cut)},
            )


def _rules(lab: Lab) -> Iterator[_Rules]:
    for kind in _KINDS:
        for stated in lab.objects_by_kind.get(kind, ()):
            namespace = namespace_of_object(lab, stated) if kind == _KINDS[0] else None
            for spec in rule_sets(stated.content):
                yield _Rules(stated, namespace, spec)


def _in_policies(services: Iterable[Service], direction: _Direction) -> Iterator[str]:
    """Namespaces in which a NetworkPolicy allows something."""
    for service in services:
        for each in service.objects:
            if each["kind"] == "NetworkPolicy" and values(each, "spec", direction):
                yield service.namespace_of(each)


def _selects(rules: _Rules, pod: PodTemplate) -> bool:
    """Whether rules hold for a pod. A label that only Cilium gives is taken for one that it does not have."""
    if rules.namespace not in (None, pod.namespace):
        return False
    labels: Mapping[str, str] = {**pod.labels, NAMESPACE_LABEL: pod.namespace}
    asked = read_selector(mapping(rules.spec, "endpointSelector"))
    return all(each._replace(key=without_source(each.key)).holds(labels) for each in asked)
