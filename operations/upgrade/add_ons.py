"""Add-ons of a cluster, and the minor releases of Kubernetes that each admits as far as its makers say."""

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from observation import Observation
from observation.objects import name_of, namespace_of
from plan.model.fields import entries, text
from plan.model.templates import pod_spec

Answer = Literal["admitted", "not admitted", "not known"]


class Admits(NamedTuple):
    """Minor releases of Kubernetes that a version of an add-on admits."""

    first: int
    last: int | None
    """None where its makers name the first only."""
    source: str

    def __str__(self) -> str:
        return f"1.{self.first} or later" if self.last is None else f"1.{self.first} to 1.{self.last}"

    def has(self, minor: int) -> bool:
        """Whether a release is among them."""
        return self.first <= minor and (self.last is None or minor <= self.last)


CILIUM = "github.com/cilium/cilium, Documentation/network/kubernetes/compatibility.rst (end-to-end tests)"
INGRESS_NGINX = "github.com/kubernetes/ingress-nginx, README.md (retired since March 2026)"
KURED = "github.com/kubereboot/kured, release notes"
LONGHORN = "longhorn.io/docs/VERSION/deploy/install"
NFS_CSI = "github.com/kubernetes-csi/csi-driver-nfs, README.md"
NVIDIA_DEVICE_PLUGIN = "github.com/NVIDIA/k8s-device-plugin, Chart.yaml (kubeVersion)"
VELERO = "github.com/vmware-tanzu/velero, README.md (compatibility matrix)"
KYVERNO = "kyverno.io/docs/installation/releases"
EXTERNAL_SECRETS = "external-secrets.io/latest/introduction/stability-support"
CALICO = "docs.tigera.io/calico/latest/getting-started/kubernetes/requirements"
CERT_MANAGER = "cert-manager.io/docs/releases"
CLOUDNATIVE_PG = "github.com/cloudnative-pg/cloudnative-pg, docs/src/supported_releases.md"
GPU_OPERATOR = "docs.nvidia.com/datacenter/cloud-native/gpu-operator/latest/platform-support.html"
METRICS_SERVER = "github.com/kubernetes-sigs/metrics-server, README.md"
TRAEFIK = "github.com/traefik/traefik-helm-chart, traefik/Chart.yaml (kubeVersion)"
ADMITS = {
    ("kyverno", "1.16"): Admits(31, 34, KYVERNO),
    ("kyverno", "1.17"): Admits(32, 35, KYVERNO),
    ("kyverno", "1.18"): Admits(33, 35, KYVERNO),
    ("kyverno", "1.19"): Admits(33, 35, KYVERNO),
    **{("external-secrets", f"0.{minor}"): Admits(33, 33, EXTERNAL_SECRETS) for minor in (17, 18, 19)},
    ("external-secrets", "0.20"): Admits(34, 34, EXTERNAL_SECRETS),
    **{("external-secrets", f"1.{minor}"): Admits(34, 34, EXTERNAL_SECRETS) for minor in range(4)},
    **{("external-secrets", f"2.{minor}"): Admits(34, 35, EXTERNAL_SECRETS) for minor in range(7)},
    ("external-secrets", "2.7"): Admits(35, 35, EXTERNAL_SECRETS),
    ("calico", "3.29"): Admits(29, 32, CALICO),
    ("calico", "3.31"): Admits(32, 35, CALICO),
    ("calico", "3.32"): Admits(34, 36, CALICO),
    ("calico", "3.33"): Admits(35, 37, CALICO),
    ("cert-manager", "1.17"): Admits(29, 33, CERT_MANAGER),
    ("cert-manager", "1.18"): Admits(29, 33, CERT_MANAGER),
    ("cert-manager", "1.19"): Admits(31, 35, CERT_MANAGER),
    ("cert-manager", "1.20"): Admits(32, 35, CERT_MANAGER),
    ("cert-manager", "1.21"): Admits(33, 36, CERT_MANAGER),
    ("cloudnative-pg", "1.25"): Admits(29, 32, CLOUDNATIVE_PG),
    ("cloudnative-pg", "1.26"): Admits(30, 33, CLOUDNATIVE_PG),
    ("cloudnative-pg", "1.27"): Admits(31, 33, CLOUDNATIVE_PG),
    ("cloudnative-pg", "1.28"): Admits(32, 35, CLOUDNATIVE_PG),
    ("cloudnative-pg", "1.29"): Admits(33, 35, CLOUDNATIVE_PG),
    ("cloudnative-pg", "1.30"): Admits(34, 36, CLOUDNATIVE_PG),
    ("gpu-operator", "26.6"): Admits(32, 36, GPU_OPERATOR),
    ("metrics-server", "0.6"): Admits(25, None, METRICS_SERVER),
    ("metrics-server", "0.7"): Admits(27, None, METRICS_SERVER),
    ("metrics-server", "0.8"): Admits(31, None, METRICS_SERVER),
    ("metrics-server", "0.9"): Admits(34, None, METRICS_SERVER),
    ("cilium", "1.18"): Admits(30, 33, CILIUM),
    ("kured", "1.20"): Admits(32, 34, KURED),
    ("ingress-nginx", "1.11"): Admits(26, 30, INGRESS_NGINX),
    **{("longhorn", f"1.{minor}"): Admits(25, None, LONGHORN) for minor in (8, 11)},
    **{("nfs-csi", f"4.{minor}"): Admits(21, None, NFS_CSI) for minor in (3, 4, 5)},
    ("nvidia-device-plugin", "0.14"): Admits(10, None, NVIDIA_DEVICE_PLUGIN),
    **{("velero", f"1.{minor}"): Admits(18, None, VELERO) for minor in range(13, 18)},
    **{("traefik", f"3.{minor}"): Admits(25, None, TRAEFIK) for minor in (6, 7)},
}
"""By add-on and its minor release. An add-on that is not here is "not known", never admitted."""

IMAGES = {
    "kyverno/kyverno": "kyverno",
    "calico/node": "calico",
    "calico/kube-controllers": "calico",
    "cilium/cilium": "cilium",
    "tigera/operator": "calico",
    "cloudnative-pg/cloudnative-pg": "cloudnative-pg",
    "external-secrets/external-secrets": "external-secrets",
    "nvidia/gpu-operator": "gpu-operator",
    "nvidia/k8s-device-plugin": "nvidia-device-plugin",
    "metallb/controller": "metallb",
    "traefik": "traefik",
    "ingress-nginx/controller": "ingress-nginx",
    "jetstack/cert-manager-controller": "cert-manager",
    "longhornio/longhorn-manager": "longhorn",
    "sergelogvinov/proxmox-csi-controller": "proxmox-csi",
    "sig-storage/nfsplugin": "nfs-csi",
    "kubereboot/kured": "kured",
    "velero/velero": "velero",
    "metrics-server/metrics-server": "metrics-server",
}
"""Ends of image names, and the add-on that each belongs to."""


class AddOn(NamedTuple):
    """Something that extends Kubernetes and has to admit its release."""

    name: str
    namespace: str
    version: str
    answer: Answer
    admits: Admits | None


def add_ons(observation: Observation, minor: int) -> tuple[AddOn, ...]:
    """The add-ons that run, and whether each admits a minor release."""
    found = dict.fromkeys(_found(observation))
    return tuple(_judged(name, namespace, version, minor) for name, namespace, version in sorted(found))


def _found(observation: Observation) -> Iterator[tuple[str, str, str]]:
    for kind in ("Deployment", "DaemonSet", "StatefulSet"):
        for manifest in observation.of(kind):
            for container in entries(pod_spec(manifest), "containers"):
                image, _, tag = text(container, "image").partition("@")[0].rpartition(":")
                for end, name in IMAGES.items():
                    if f"/{image}".endswith(f"/{end}"):
                        yield name, namespace_of(manifest) or name_of(manifest), tag.removeprefix("v")


def _judged(name: str, namespace: str, version: str, minor: int) -> AddOn:
    match = re.match(r"\d+\.\d+", version)
    admits = ADMITS.get((name, match[0])) if match else None
    if admits is None:
        return AddOn(name, namespace, version, "not known", None)
    return AddOn(name, namespace, version, "admitted" if admits.has(minor) else "not admitted", admits)
