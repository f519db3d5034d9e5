"""Init containers that wait, and for which Service."""

from collections.abc import Iterator

from config.suggest import did_you_mean
from observation.model import Observation
from observation.objects import Reference, deleted, name_of, namespace_of, reference
from operations.doctor.ages import length
from operations.doctor.finding import Evidence, Finding
from operations.doctor.pods import Container, containers, is_over, is_young, lineage, node_of, ready_of, workload
from operations.doctor.rules.containers.dependencies import (
    Named,
    behind,
    has_endpoints,
    hosts_in,
    needs,
    offers_port,
    services_named,
    texts_of,
)
from plan.model import Manifest
from plan.model.fields import entries, mapping, text
from plan.wording import listed

_FEW = 6
"""Services of a namespace that are named where none is like the one that is looked for."""


def waiting_findings(observed: Observation) -> Iterator[Finding]:
    """A finding for each init container that has run for long and does not end."""
    for pod in observed.of("Pod"):
        if is_over(pod) or deleted(pod):
            continue
        for container in containers(pod):
            if container.is_init and container.running_since and not is_young(observed, container.running_since):
                yield _waits(observed, pod, container)


def _waits(observed: Observation, pod: Manifest, container: Container) -> Finding:
    namespace, top = namespace_of(pod), observed.top(pod)
    age = length(observed.now - container.running_since) if container.running_since else "long"
    command = " ".join(texts_of(container.wanted))
    evidence = [Evidence(reference(pod), f"init container {container.name} runs for {age}: {command}"[:400])]
    if standing := ready_of(observed, top):
        evidence.append(Evidence(reference(top), standing))
    base = Finding(
        "INIT-NEVER-ENDS",
        "error",
        workload(observed, pod),
        f"Init container {container.name} runs for {age}, and the containers after it wait",
        f"see what it does: kubectl logs {name_of(pod)} -n {namespace} -c {container.name}",
        tuple(evidence),
        covers=lineage(observed, pod),
        upstream=needs(observed, pod, container) | {Reference("Node", None, node_of(pod))},
    )
    known = services_named(observed, container, namespace)
    for named in known.values():
        if (found := _unavailable(observed, base, container, named, age)) is not None:
            return found
    if not known and (lost := _lost(observed, container, namespace)) is not None:
        there = [name_of(each) for each in observed.in_namespace("Service", lost.namespace)]
        alike = did_you_mean(lost.name, there)
        alike = alike if alike.startswith("; did") or len(there) < _FEW else ""
        elsewhere = [reference(each) for each in observed.of("Service") if name_of(each) == lost.name]
        hint = f"; there is {listed([str(each) for each in elsewhere])}" if elsewhere else ""
        port = f":{lost.port}" if lost.port else ""
        return base._replace(
            code="WAITS-FOR-MISSING-SERVICE",
            message=f"Init container {container.name} waits for {age} for {lost.name}.{lost.namespace}{port}, "
            f"and there is no {lost.reference}{alike}{hint}",
            fix=f"correct the name in init container {container.name} of {base.subject}, or create {lost.reference}",
            evidence=(
                *base.evidence,
                Evidence(lost.reference, "does not exist"),
                *(Evidence(e, "exists") for e in elsewhere),
            ),
            upstream=base.upstream | {lost.reference},
        )
    return _blocked(observed, pod, base, container, list(known.values()))


def _unavailable(observed: Observation, base: Finding, container: Container, named: Named, age: str) -> Finding | None:
    service = observed.get("Service", named.name, named.namespace)
    if service is None:
        return None
    if named.port and not offers_port(service, named.port):
        ports = ", ".join(text(each, "port") for each in entries(service, "spec", "ports"))
        return base._replace(
            code="WAITS-FOR-WRONG-PORT",
            message=f"Init container {container.name} waits for {age} for port {named.port} of {named.reference}, "
            f"whose ports are {ports}",
            fix=f"write port {ports} in init container {container.name} of {base.subject}",
            evidence=(*base.evidence, Evidence(named.reference, f"its ports are {ports}")),
        )
    if has_endpoints(observed, service) is False:
        return base._replace(
            code="WAITS-FOR-SERVICE",
            message=f"Init container {container.name} waits for {age} for {named.reference}, behind which no "
            "pod is ready",
            fix=f"see why nothing is ready behind {named.reference}: kubectl get pods -n {named.namespace}",
            evidence=(*base.evidence, Evidence(named.reference, "has no ready endpoint")),
            upstream=base.upstream | behind(observed, service),
        )
    return None


def _lost(observed: Observation, container: Container, namespace: str | None) -> Named | None:
    """A host with a port that its command waits for, and of which there is no Service."""
    for words in texts_of(container.wanted):
        for named in hosts_in(words, namespace):
            in_cluster = named.namespace == namespace or observed.get("Namespace", named.namespace or "")
            if named.port and in_cluster and not named.name.isdigit() and observed.knows("Service"):
                return named
    return None


def _blocked(observed: Observation, pod: Manifest, base: Finding, container: Container, known: list[Named]) -> Finding:
    """Everything that it names exists: a policy may block it, or the name is not resolved."""
    for named in known:
        service = observed.get("Service", named.name, named.namespace)
        selector = mapping(service or {}, "spec", "selector")
        for policy in observed.in_namespace("NetworkPolicy", named.namespace):
            wanted = mapping(policy, "spec", "podSelector", "matchLabels")
            if all(selector.get(key) == each for key, each in wanted.items()):
                return base._replace(
                    code="NETWORK-POLICY-BLOCKS",
                    severity="warning",
                    message=f"{base.message}; it waits for {named.reference}, which has ready endpoints, and "
                    f"{reference(policy)} restricts who reaches them",
                    fix=f"see whether {reference(policy)} lets {base.subject} in",
                    evidence=(*base.evidence, Evidence(reference(policy), "applies to the pods behind the Service")),
                )
    host, policy = mapping(pod, "spec").get("hostNetwork"), text(pod, "spec", "dnsPolicy")
    if known and host is True and policy == "ClusterFirst":
        return base._replace(
            code="DNS-POLICY",
            message=f"{base.message}: it uses the host's network with dnsPolicy ClusterFirst, which then means the "
            f"host's resolver, so {known[0].name} is not resolved",
            fix=f"write dnsPolicy: ClusterFirstWithHostNet in {base.subject}",
        )
    if known and policy == "Default":
        return base._replace(
            code="DNS-POLICY",
            message=f"{base.message}: dnsPolicy is Default, the resolver of the node, which does not know "
            f"{known[0].name}",
            fix=f"write dnsPolicy: ClusterFirst in {base.subject}",
        )
    return base
