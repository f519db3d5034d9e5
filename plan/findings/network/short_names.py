"""Services of another namespace that a pod is told by their name alone."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from config.lab import Lab
from plan.cluster.membership import founder
from plan.findings.network.pod_dns import asks_the_node
from plan.findings.network.told_names import config_maps, lone_names, told
from plan.model import Manifest, Service
from plan.model.fields import entries, values
from plan.model.findings import Finding, Rule
from plan.model.templates import pod_spec
from plan.wording import listed
from plan.workloads.endpoints import open_namespaces

NAME_OF_ANOTHER_NAMESPACE = Rule(
    "NAME-OF-ANOTHER-NAMESPACE",
    ("warning", "info"),
    title="A Service of another namespace is named without its namespace",
    meaning=(
        "The resolver of a pod looks for a name alone in the namespace of the pod. A Service of another one is "
        "NAME.NAMESPACE: without it the host is not found, as after a move of one of the two. Nothing is said of "
        "namespaces with charts or operators. In a cluster that is adopted, the Service may be there outside of the "
        "lab: then it is an info."
    ),
    remedy="Write NAME.NAMESPACE, or bring both into one namespace with group.",
)


def short_name_findings(lab: Lab, services: Iterable[Service]) -> Iterator[Finding]:
    """A finding for each workload that names a Service as if it were in its own namespace."""
    planned = [*services]
    objects = [(service, service.namespace_of(each), each) for service in planned for each in service.objects]
    maps = config_maps(planned)
    known: dict[str, set[str]] = defaultdict(set)
    for _, namespace, each in objects:
        if each["kind"] == "Service":
            known[each["metadata"]["name"]].add(namespace)
    open_to_others = open_namespaces(planned)
    routed = {
        host.partition(".")[0]
        for each in lab.services.values()
        for row in each.expose
        for host in row.host_names(lab.site.domain)
    }
    for service, namespace, each in objects:
        pod = pod_spec(each)
        if not pod or namespace in open_to_others or asks_the_node(pod) or values(pod, "dnsConfig", "searches"):
            continue
        aliases = {str(name) for row in entries(pod, "hostAliases") for name in values(row, "hostnames")}
        names = dict.fromkeys(name for key, said in told(pod, maps, namespace) for name in lone_names(key, said))
        for name in names:
            elsewhere = known.get(name, set())
            if elsewhere and namespace not in elsewhere and name not in aliases | routed:
                yield _finding(lab, service, each, namespace, name, sorted(elsewhere))


def _finding(
    lab: Lab, service: Service, manifest: Manifest, namespace: str, name: str, elsewhere: list[str]
) -> Finding:
    workload = manifest["metadata"]["name"]
    return NAME_OF_ANOTHER_NAMESPACE.finding(
        lab.written_at(service.name, manifest["kind"], workload),
        f"{workload} names the host {name}, and its namespace {namespace} has no Service of that name; "
        f"{listed(elsewhere)} has one",
        f"write {name}.{elsewhere[0]}",
        about=f"{workload} {name}",
        severity="warning" if founder(lab) else "info",
        facts={"name": name, "namespaces": tuple(elsewhere)},
    )
