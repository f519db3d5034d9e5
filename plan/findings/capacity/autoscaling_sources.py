"""Autoscalers by metrics that nothing serves, and those whose number of pods the program states as well."""

from collections.abc import Iterable, Iterator, Mapping

from config.lab import Lab
from config.objects import StatedObject
from config.service import HelmService
from plan.cluster.membership import founder
from plan.model import Manifest, Service
from plan.model.fields import entries, number, text, value
from plan.model.findings import Finding, Rule
from plan.wording import listed
from plan.workloads.reading import SCALERS, scales

METRICS_NOT_SERVED = Rule(
    "METRICS-NOT-SERVED",
    "warning",
    title="An autoscaler goes by metrics that nothing serves",
    meaning=(
        "metrics-server serves the CPU and memory of pods alone. Metrics of kind Pods and Object come from "
        "custom.metrics.k8s.io, those of kind External from external.metrics.k8s.io: each is served by an adapter, "
        "which a cluster of kubeadm does not have. Without it the autoscaler reports FailedGetExternalMetric and the "
        "like, and the number of pods stays as it is under any load."
    ),
    remedy="Add an adapter, or scale by CPU. Of one that is there, say the API under provides.",
)

REPLICAS_SET_BACK = Rule(
    "REPLICAS-SET-BACK",
    "warning",
    title="The program and an autoscaler both set the number of pods",
    meaning=(
        "An `up` that changes a Deployment writes all that its file states, and `replicas` with it: however many pods "
        "the autoscaler has made, there are so many again, until it has counted anew. Under load most of them are "
        "stopped at once."
    ),
    remedy="Write ignore: [replicas], so that the autoscaler alone decides; or `autoscale` in place of its file.",
)

_APIS: Mapping[str, str] = {
    "Pods": "custom.metrics.k8s.io",
    "Object": "custom.metrics.k8s.io",
    "External": "external.metrics.k8s.io",
}
"""APIs by the kind of a metric (autoscaling/v2, MetricSourceType)."""
_ADAPTERS: Mapping[str, frozenset[str]] = {
    "custom.metrics.k8s.io": frozenset({"prometheus-adapter", "kube-metrics-adapter"}),
    "external.metrics.k8s.io": frozenset({"prometheus-adapter", "kube-metrics-adapter", "keda", "datadog"}),
}
"""Charts that serve them without stating it under `provides`."""


def metrics_source_findings(lab: Lab) -> Iterator[Finding]:
    """A finding for each autoscaler from a file by metrics without an adapter, in a lab that makes its cluster."""
    if founder(lab) is None:
        return
    for each in lab.objects_by_kind.get("HorizontalPodAutoscaler", ()):
        kinds = {text(metric, "type") for metric in entries(each.content, "spec", "metrics")}
        lacking = sorted({_APIS[kind] for kind in kinds & _APIS.keys() if not _served(lab, _APIS[kind])})
        if lacking:
            yield _not_served(each, lacking, sorted(kinds & _APIS.keys()))


def _served(lab: Lab, api: str) -> bool:
    return any(
        api in service.installs() or (isinstance(service, HelmService) and service.chart.name in _ADAPTERS[api])
        for service in lab.services.values()
    )


def _not_served(scaler: StatedObject, apis: list[str], kinds: list[str]) -> Finding:
    charts = sorted(chart for chart in _ADAPTERS[apis[0]] if all(chart in _ADAPTERS[api] for api in apis))
    return METRICS_NOT_SERVED.finding(
        scaler.path,
        f"the autoscaler {scaler.name} goes by metrics of kind {listed(kinds)}, and no service of the lab serves "
        f"{listed(apis)}: it never changes the number of pods",
        f"add an adapter ({' or '.join(charts)}), or write provides: [{', '.join(apis)}] at the service that is one",
        facts={"apis": tuple(apis)},
    )


def replicas_findings(lab: Lab, services: Iterable[Service]) -> Iterator[Finding]:
    """A finding for each workload whose number of pods its own file and an autoscaler from a file set."""
    planned = tuple(services)
    scalers = [each for kind in SCALERS for each in lab.objects_by_kind.get(kind, ())]
    paths = {(str(each.path[1]), each.kind, each.name): each for each in scalers}
    for service in planned:
        for scaler in service.objects:
            stated = paths.get((service.name, scaler["kind"], scaler["metadata"]["name"]))
            if stated is not None and scaler["kind"] in SCALERS:
                yield from _set_back(lab, stated, scaler, service.namespace_of(scaler), planned)


def _set_back(
    lab: Lab, stated: StatedObject, scaler: Manifest, namespace: str, services: tuple[Service, ...]
) -> Iterator[Finding]:
    bounds = SCALERS[scaler["kind"]]
    least = number(scaler, "spec", bounds.least, default=bounds.default)
    most = number(scaler, "spec", bounds.most, default=least)
    for service in services:
        for each in service.objects:
            wanted = value(each, "spec", "replicas")
            called = f"{each['kind'].lower()}/{each['metadata']['name']}"
            owned = any("replicas" in path for path in service.ignored.get(called, ()))
            if service.namespace_of(each) != namespace or not isinstance(wanted, int) or owned or least >= most:
                continue
            if scales(scaler, each) and wanted:
                yield REPLICAS_SET_BACK.finding(
                    stated.path,
                    f"{stated.kind} {stated.name} makes {least} to {most} pods of {each['metadata']['name']}, and its "
                    f"file says replicas: {wanted}: each `up` that changes {service.name} sets them back to {wanted}",
                    _left_to_it(lab, service, each),
                    about=each["metadata"]["name"],
                    facts={"replicas": wanted, "least": least, "most": most},
                )


def _left_to_it(lab: Lab, service: Service, workload: Manifest) -> str:
    name = workload["metadata"]["name"]
    if any((each.kind, each.name) == (workload["kind"], name) for each in lab.objects.get(service.name, ())):
        return f"take spec.replicas out of {workload['kind']} {name}"
    return f"write ignore: [replicas] in the file of {service.name}"
