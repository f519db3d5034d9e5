"""Objects from files in a version of an API that the cluster, or the chart that has the kind, no longer serves."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from config.lab import Lab
from config.service import HelmService
from plan.cluster.releases import minor_of
from plan.model.findings import Finding, Rule

API_REMOVED = Rule(
    "API-REMOVED",
    "error",
    title="An object is of a version of an API that is no longer served",
    meaning=(
        "Kubernetes and operators drop old versions of their kinds. The API server does not know such an object any "
        "more: the `up` stops there. What was made with the old version before is kept, and served in the new one."
    ),
    remedy="Write the version that the message names, with what changed in the fields of the kind.",
)


class _Removed(NamedTuple):
    """A version of an API that is gone."""

    since: str
    """A minor release of Kubernetes, or the version of the chart."""
    instead: str
    charts: tuple[str, ...] = ()
    """The charts that install the kinds; none for Kubernetes itself."""


REMOVED: Mapping[tuple[str, str], _Removed] = {
    ("admissionregistration.k8s.io/v1beta1", "MutatingWebhookConfiguration"): _Removed(
        "1.22", "admissionregistration.k8s.io/v1"
    ),
    ("admissionregistration.k8s.io/v1beta1", "ValidatingWebhookConfiguration"): _Removed(
        "1.22", "admissionregistration.k8s.io/v1"
    ),
    ("apiextensions.k8s.io/v1beta1", ""): _Removed("1.22", "apiextensions.k8s.io/v1"),
    ("autoscaling/v2beta1", ""): _Removed("1.25", "autoscaling/v2"),
    ("autoscaling/v2beta2", ""): _Removed("1.26", "autoscaling/v2"),
    ("batch/v1beta1", ""): _Removed("1.25", "batch/v1"),
    ("batch/v2alpha1", ""): _Removed("1.21", "batch/v1"),
    ("discovery.k8s.io/v1beta1", ""): _Removed("1.25", "discovery.k8s.io/v1"),
    ("events.k8s.io/v1beta1", ""): _Removed("1.25", "events.k8s.io/v1"),
    ("extensions/v1beta1", ""): _Removed("1.22", "networking.k8s.io/v1 for an Ingress, apps/v1 for controllers"),
    ("apps/v1beta1", ""): _Removed("1.16", "apps/v1"),
    ("apps/v1beta2", ""): _Removed("1.16", "apps/v1"),
    ("flowcontrol.apiserver.k8s.io/v1beta1", ""): _Removed("1.26", "flowcontrol.apiserver.k8s.io/v1"),
    ("flowcontrol.apiserver.k8s.io/v1beta2", ""): _Removed("1.29", "flowcontrol.apiserver.k8s.io/v1"),
    ("flowcontrol.apiserver.k8s.io/v1beta3", ""): _Removed("1.32", "flowcontrol.apiserver.k8s.io/v1"),
    ("networking.k8s.io/v1beta1", "Ingress"): _Removed("1.22", "networking.k8s.io/v1"),
    ("networking.k8s.io/v1beta1", "IngressClass"): _Removed("1.22", "networking.k8s.io/v1"),
    ("node.k8s.io/v1beta1", ""): _Removed("1.25", "node.k8s.io/v1"),
    ("policy/v1beta1", "PodDisruptionBudget"): _Removed("1.25", "policy/v1"),
    ("policy/v1beta1", "PodSecurityPolicy"): _Removed("1.25", "the label of Pod Security on the namespace"),
    ("rbac.authorization.k8s.io/v1beta1", ""): _Removed("1.22", "rbac.authorization.k8s.io/v1"),
    ("scheduling.k8s.io/v1beta1", ""): _Removed("1.22", "scheduling.k8s.io/v1"),
    ("storage.k8s.io/v1beta1", "StorageClass"): _Removed("1.22", "storage.k8s.io/v1"),
    ("storage.k8s.io/v1beta1", "CSIDriver"): _Removed("1.22", "storage.k8s.io/v1"),
    ("storage.k8s.io/v1beta1", "CSIStorageCapacity"): _Removed("1.27", "storage.k8s.io/v1"),
    ("cert-manager.io/v1alpha2", ""): _Removed("1.6.0", "cert-manager.io/v1", ("cert-manager",)),
    ("cert-manager.io/v1alpha3", ""): _Removed("1.6.0", "cert-manager.io/v1", ("cert-manager",)),
    ("cert-manager.io/v1beta1", ""): _Removed("1.6.0", "cert-manager.io/v1", ("cert-manager",)),
    ("external-secrets.io/v1alpha1", "ExternalSecret"): _Removed(
        "0.16.0", "external-secrets.io/v1", ("external-secrets",)
    ),
    ("external-secrets.io/v1beta1", ""): _Removed("0.17.0", "external-secrets.io/v1", ("external-secrets",)),
    ("longhorn.io/v1beta1", ""): _Removed("1.10.0", "longhorn.io/v1beta2", ("longhorn",)),
    ("traefik.containo.us/v1alpha1", ""): _Removed("28.0.0", "traefik.io/v1alpha1", ("traefik",)),
}
"""By version and kind; an empty kind stands for all. Kubernetes: Deprecated API Migration Guide. Charts: release notes
of cert-manager 1.6, External Secrets 0.16 and 0.17, Longhorn 1.10 and Traefik 3.0 (chart 28)."""


def removed_api_findings(lab: Lab) -> Iterator[Finding]:
    """A finding for each object from a file whose version is gone."""
    versions = {
        service.chart.name: service.chart.version
        for service in lab.services.values()
        if isinstance(service, HelmService)
    }
    minor = minor_of(lab.cluster.kubernetes_version)
    for name, objects in lab.objects.items():
        for each in objects:
            version = str(each.content["apiVersion"])
            row = REMOVED.get((version, each.kind)) or REMOVED.get((version, ""))
            if row is None:
                continue
            if row.charts:
                found = next((chart for chart in row.charts if chart in versions), None)
                server = f"{found} {versions[found]}" if found else ""
                is_gone = found is not None and _numbers(versions[found]) >= _numbers(row.since)
            else:
                server = f"Kubernetes {lab.cluster.kubernetes_version}"
                is_gone = minor is not None and minor >= int(row.since.partition(".")[2])
            if is_gone:
                yield API_REMOVED.finding(
                    each.path,
                    f"{each.kind} {each.name} of {name} is of {version}, which {server} does not serve: it was "
                    f"removed in {row.since}",
                    f"write apiVersion: {row.instead}",
                    facts={"api_version": version, "since": row.since},
                )


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(each) for each in version.removeprefix("v").partition("-")[0].partition("+")[0].split("."))
