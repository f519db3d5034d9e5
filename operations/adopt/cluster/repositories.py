"""Where well-known charts come from: a release of Helm does not say it."""

from collections.abc import Iterable, Mapping

from operations.adopt.cluster.flux import release_of
from operations.adopt.cluster.k3s import is_chart, release_of_chart, repository_of
from operations.adopt.cluster.objects import Key
from plan.model import Manifest
from plan.model.fields import entries, mapping, text
from plan.model.metadata import api_group

KNOWN: Mapping[str, str] = {
    "alertmanager": "https://prometheus-community.github.io/helm-charts",
    "alloy": "https://grafana.github.io/helm-charts",
    "app-template": "https://bjw-s-labs.github.io/helm-charts",
    "argo-cd": "https://argoproj.github.io/argo-helm",
    "argo-rollouts": "https://argoproj.github.io/argo-helm",
    "argo-workflows": "https://argoproj.github.io/argo-helm",
    "argocd-apps": "https://argoproj.github.io/argo-helm",
    "authentik": "https://charts.goauthentik.io",
    "cert-manager": "https://charts.jetstack.io",
    "cilium": "https://helm.cilium.io",
    "cloudnative-pg": "https://cloudnative-pg.github.io/charts",
    "coredns": "https://coredns.github.io/helm",
    "crowdsec": "https://crowdsecurity.github.io/helm-charts",
    "csi-driver-nfs": "https://raw.githubusercontent.com/kubernetes-csi/csi-driver-nfs/master/charts",
    "csi-driver-smb": "https://raw.githubusercontent.com/kubernetes-csi/csi-driver-smb/master/charts",
    "descheduler": "https://kubernetes-sigs.github.io/descheduler",
    "eck-operator": "https://helm.elastic.co",
    "external-dns": "https://kubernetes-sigs.github.io/external-dns",
    "external-secrets": "https://charts.external-secrets.io",
    "falco": "https://falcosecurity.github.io/charts",
    "flux2": "https://fluxcd-community.github.io/helm-charts",
    "gateway-helm": "oci://docker.io/envoyproxy",
    "gitea": "https://dl.gitea.com/charts",
    "gitlab-runner": "https://charts.gitlab.io",
    "goldilocks": "https://charts.fairwinds.com/stable",
    "gpu-operator": "https://helm.ngc.nvidia.com/nvidia",
    "grafana": "https://grafana-community.github.io/helm-charts",
    "grafana-operator": "https://grafana.github.io/helm-charts",
    "haproxy-ingress": "https://haproxy-ingress.github.io/charts",
    "harbor": "https://helm.goharbor.io",
    "immich": "https://immich-app.github.io/immich-charts",
    "ingress-nginx": "https://kubernetes.github.io/ingress-nginx",
    "intel-device-plugins-gpu": "https://intel.github.io/helm-charts",
    "intel-device-plugins-operator": "https://intel.github.io/helm-charts",
    "istiod": "https://istio-release.storage.googleapis.com/charts",
    "k8s-monitoring": "https://grafana.github.io/helm-charts",
    "k8up": "https://k8up-io.github.io/k8up",
    "keda": "https://kedacore.github.io/charts",
    "kong": "https://charts.konghq.com",
    "kube-prometheus-stack": "https://prometheus-community.github.io/helm-charts",
    "kube-state-metrics": "https://prometheus-community.github.io/helm-charts",
    "kubelet-csr-approver": "https://postfinance.github.io/kubelet-csr-approver",
    "kubernetes-dashboard": "https://kubernetes-retired.github.io/dashboard",
    "kured": "https://kubereboot.github.io/charts",
    "kyverno": "https://kyverno.github.io/kyverno",
    "linkerd-control-plane": "https://helm.linkerd.io/edge",
    "loki": "https://grafana.github.io/helm-charts",
    "longhorn": "https://charts.longhorn.io",
    "mariadb-operator": "https://helm.mariadb.com/mariadb-operator",
    "metallb": "https://metallb.github.io/metallb",
    "metrics-server": "https://kubernetes-sigs.github.io/metrics-server",
    "mimir-distributed": "https://grafana.github.io/helm-charts",
    "mysql-operator": "https://mysql.github.io/mysql-operator",
    "nextcloud": "https://nextcloud.github.io/helm",
    "nfs-subdir-external-provisioner": "https://kubernetes-sigs.github.io/nfs-subdir-external-provisioner",
    "node-feature-discovery": "https://kubernetes-sigs.github.io/node-feature-discovery/charts",
    "nvidia-device-plugin": "https://nvidia.github.io/k8s-device-plugin",
    "oauth2-proxy": "https://oauth2-proxy.github.io/manifests",
    "openebs": "https://openebs.github.io/openebs",
    "plugin-barman-cloud": "https://cloudnative-pg.github.io/charts",
    "policy-reporter": "https://kyverno.github.io/policy-reporter",
    "prometheus": "https://prometheus-community.github.io/helm-charts",
    "prometheus-blackbox-exporter": "https://prometheus-community.github.io/helm-charts",
    "prometheus-node-exporter": "https://prometheus-community.github.io/helm-charts",
    "prometheus-operator-crds": "https://prometheus-community.github.io/helm-charts",
    "prometheus-smartctl-exporter": "https://prometheus-community.github.io/helm-charts",
    "promtail": "https://grafana.github.io/helm-charts",
    "proxmox-csi-plugin": "oci://ghcr.io/sergelogvinov/charts",
    "rancher": "https://releases.rancher.com/server-charts/stable",
    "redis-operator": "https://ot-container-kit.github.io/helm-charts",
    "reflector": "https://emberstack.github.io/helm-charts",
    "reloader": "https://stakater.github.io/stakater-charts",
    "rook-ceph": "https://charts.rook.io/release",
    "rook-ceph-cluster": "https://charts.rook.io/release",
    "sealed-secrets": "https://bitnami-labs.github.io/sealed-secrets",
    "snapshot-controller": "https://piraeus.io/helm-charts",
    "spegel": "oci://ghcr.io/spegel-org/helm-charts",
    "strimzi-kafka-operator": "https://strimzi.io/charts",
    "tailscale-operator": "https://pkgs.tailscale.com/helmcharts",
    "tempo": "https://grafana.github.io/helm-charts",
    "tigera-operator": "https://docs.tigera.io/calico/charts",
    "traefik": "https://traefik.github.io/charts",
    "trivy-operator": "https://aquasecurity.github.io/helm-charts",
    "trust-manager": "https://charts.jetstack.io",
    "vault": "https://helm.releases.hashicorp.com",
    "velero": "https://vmware-tanzu.github.io/helm-charts",
    "victoria-logs-single": "https://victoriametrics.github.io/helm-charts",
    "victoria-metrics-k8s-stack": "https://victoriametrics.github.io/helm-charts",
    "victoria-metrics-operator": "https://victoriametrics.github.io/helm-charts",
    "volsync": "https://backube.github.io/helm-charts",
    "vpa": "https://charts.fairwinds.com/stable",
}
"""By the chart's name. Another chart may be called the same: what is taken from here is marked to be checked."""


def stated_repositories(objects: Iterable[Manifest]) -> dict[Key, str]:
    """The repositories that Flux, Argo CD and k3s name, by the release that they install."""
    manifests = list(objects)
    sources = {
        (text(each, "kind"), text(each, "metadata", "namespace"), text(each, "metadata", "name")): each
        for each in manifests
        if api_group(each) == "source.toolkit.fluxcd.io"
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
        elif each["kind"] == "Application" and api_group(each) == "argoproj.io":
            release = Key("Release", text(each, "spec", "destination", "namespace"), name)
            for source in (mapping(each, "spec", "source"), *entries(each, "spec", "sources")):
                if text(source, "chart"):
                    url = text(source, "repoURL")
                    found[release] = url if "://" in url else f"oci://{url}"
    return found
