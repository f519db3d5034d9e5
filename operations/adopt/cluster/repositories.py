"""Where well-known charts come from: a release of Helm does not say it."""

from collections.abc import Iterable, Mapping

from observation.objects import group_of
from operations.adopt.cluster.flux import release_of
from operations.adopt.cluster.k3s import is_chart, release_of_chart, repository_of
from operations.adopt.cluster.objects import Key
from plan.model import Manifest
from plan.model.fields import entries, mapping, text

KNOWN: Mapping[str, str] = {
    "argo-cd": "https://argoproj.github.io/argo-helm",
    "authentik": "https://charts.goauthentik.io",
    "cert-manager": "https://charts.jetstack.io",
    "cilium": "https://helm.cilium.io",
    "cloudnative-pg": "https://cloudnative-pg.github.io/charts",
    "csi-driver-nfs": "https://raw.githubusercontent.com/kubernetes-csi/csi-driver-nfs/master/charts",
    "csi-driver-smb": "https://raw.githubusercontent.com/kubernetes-csi/csi-driver-smb/master/charts",
    "descheduler": "https://kubernetes-sigs.github.io/descheduler",
    "external-dns": "https://kubernetes-sigs.github.io/external-dns",
    "external-secrets": "https://charts.external-secrets.io",
    "gateway-helm": "oci://docker.io/envoyproxy",
    "gpu-operator": "https://helm.ngc.nvidia.com/nvidia",
    "grafana": "https://grafana.github.io/helm-charts",
    "ingress-nginx": "https://kubernetes.github.io/ingress-nginx",
    "keda": "https://kedacore.github.io/charts",
    "kube-prometheus-stack": "https://prometheus-community.github.io/helm-charts",
    "kyverno": "https://kyverno.github.io/kyverno",
    "loki": "https://grafana.github.io/helm-charts",
    "longhorn": "https://charts.longhorn.io",
    "metallb": "https://metallb.github.io/metallb",
    "metrics-server": "https://kubernetes-sigs.github.io/metrics-server",
    "node-feature-discovery": "https://kubernetes-sigs.github.io/node-feature-discovery/charts",
    "nvidia-device-plugin": "https://nvidia.github.io/k8s-device-plugin",
    "prometheus": "https://prometheus-community.github.io/helm-charts",
    "proxmox-csi-plugin": "oci://ghcr.io/sergelogvinov/charts",
    "reloader": "https://stakater.github.io/stakater-charts",
    "rook-ceph": "https://charts.rook.io/release",
    "rook-ceph-cluster": "https://charts.rook.io/release",
    "sealed-secrets": "https://bitnami-labs.github.io/sealed-secrets",
    "tigera-operator": "https://docs.tigera.io/calico/charts",
    "traefik": "https://traefik.github.io/charts",
    "vault": "https://helm.releases.hashicorp.com",
    "velero": "https://vmware-tanzu.github.io/helm-charts",
}
"""By the chart's name. Another chart may be called the same: what is taken from here is marked to be checked."""


def stated_repositories(objects: Iterable[Manifest]) -> dict[Key, str]:
    """The repositories that Flux, Argo CD and k3s name, by the release that they install."""
    manifests = list(objects)
    sources = {
        (text(each, "kind"), text(each, "metadata", "namespace"), text(each, "metadata", "name")): each
        for each in manifests
        if group_of(each) == "source.toolkit.fluxcd.io"
    }
    found: dict[Key, str] = {}
    for each in manifests:
        namespace, name = text(each, "metadata", "namespace"), text(each, "metadata", "name")
        if each["kind"] == "HelmRelease":
            release = Key("Release", *release_of(each))
            for reference in (("spec", "chart", "spec", "sourceRef"), ("spec", "chartRef")):
                source = sources.get(
                    (
                        text(each, *reference, "kind"),
                        text(each, *reference, "namespace") or namespace,
                        text(each, *reference, "name"),
                    )
                )
                if source and (url := text(source, "spec", "url")):
                    found[release] = url.rpartition("/")[0] if source["kind"] == "OCIRepository" else url
        elif is_chart(each):
            if url := repository_of(each):
                found[Key("Release", *release_of_chart(each))] = url
        elif each["kind"] == "Application" and group_of(each) == "argoproj.io":
            release = Key("Release", text(each, "spec", "destination", "namespace"), name)
            for source in (mapping(each, "spec", "source"), *entries(each, "spec", "sources")):
                if text(source, "chart"):
                    url = text(source, "repoURL")
                    found[release] = url if "://" in url else f"oci://{url}"
    return found
