"""Objects and paths of another distribution of Kubernetes: here nobody reads them, and there is nothing."""

import re
from collections.abc import Iterator, Mapping

from config.lab import Lab
from config.source import Path
from plan.findings.settings import settings_of
from plan.model.fields import texts
from plan.model.findings import Finding, Rule

SETTINGS_NOT_READ = Rule(
    "SETTINGS-NOT-READ",
    "warning",
    title="An object configures another distribution of Kubernetes",
    meaning=(
        "Clusters of k3s and of some clouds read settings of their parts from objects of a fixed name: zones of "
        "CoreDNS from coredns-custom, values of their charts from HelmChartConfigs. A cluster of kubeadm has nothing "
        "that reads them: the object is there, and nothing changes."
    ),
    remedy="Change the part itself: the ConfigMap coredns in kube-system, or the values of the chart that installs it.",
)

PATH_OF_ANOTHER_DISTRIBUTION = Rule(
    "PATH-OF-ANOTHER-DISTRIBUTION",
    "warning",
    title="A path is of another distribution of Kubernetes",
    meaning=(
        "k3s, RKE2, microk8s and k0s keep containerd's socket, its configuration and the kubelet's folder at places of "
        "their own. In a cluster of kubeadm there is nothing: what was copied from a guide for another distribution "
        "mounts an empty folder, waits for a socket that nobody opens, or configures a runtime that is not there."
    ),
    remedy="Write the place that kubeadm's nodes have, as the message says.",
)
_PLACES: Mapping[str, str] = {
    "containerd.sock": "/run/containerd/containerd.sock",
    "config.toml": "/etc/containerd/config.toml",
    "config.toml.tmpl": "/etc/containerd/config.toml",
    "config-v3.toml.tmpl": "/etc/containerd/config.toml",
    "kubelet": "/var/lib/kubelet",
    "net.d": "/etc/cni/net.d",
    "bin": "/opt/cni/bin",
    "k3s.yaml": "/etc/kubernetes/admin.conf",
    "rke2.yaml": "/etc/kubernetes/admin.conf",
}
"""On nodes of kubeadm, by the last part of the path that another distribution has in its place."""
_FOREIGN = re.compile(
    r"(?<![\w.-])(?:unix://)?(/(?:var/)?run/k3s/|/var/lib/rancher/(?:k3s|rke2)/|/etc/rancher/|/var/snap/microk8s/|"
    r"/var/lib/k0s/|/run/k0s/|/etc/k0s/)[\w./-]*"
)
_CONFIG_MAPS: Mapping[str, str] = {"coredns-custom": "the ConfigMap coredns in kube-system"}
_GROUPS = frozenset({"helm.cattle.io", "k3s.cattle.io"})


def unread_setting_findings(lab: Lab) -> Iterator[Finding]:
    """A finding for each such object in a cluster that is not of k3s, and for each such path in one of kubeadm."""
    if lab.cluster.distribution == "k3s":
        return
    for each in lab.objects_by_kind.get("ConfigMap", ()):
        if each.name in _CONFIG_MAPS and each.namespace == "kube-system":
            yield SETTINGS_NOT_READ.finding(
                each.path,
                f"nothing in a cluster of {lab.cluster.distribution} reads the ConfigMap {each.name}: its settings "
                "change nothing",
                f"write them into {_CONFIG_MAPS[each.name]}",
            )
    for kind in ("HelmChartConfig", "HelmChart"):
        for each in lab.objects_by_kind.get(kind, ()):
            if str(each.content["apiVersion"]).partition("/")[0] in _GROUPS:
                yield SETTINGS_NOT_READ.finding(
                    each.path,
                    f"nothing in a cluster of {lab.cluster.distribution} reads {kind} {each.name}, which is of k3s",
                    "write its values into the service of the chart",
                )
    if lab.cluster.distribution == "kubeadm":
        yield from _foreign_paths(lab)


def _foreign_paths(lab: Lab) -> Iterator[Finding]:
    """The first such path in each object of a file, and in the settings of each service."""
    for name, service in lab.services.items():
        stated = ((each.path, each.text) for each in settings_of(name, service))
        if match := next(((path, found) for path, said in stated if (found := _FOREIGN.search(said))), None):
            yield _foreign(*match, name)
        for each in lab.objects.get(name, ()):
            said = (one for _, one in texts(each.content, ()))
            if found := next((match for one in said if (match := _FOREIGN.search(one))), None):
                yield _foreign(each.path, found, each.name)


def _foreign(path: Path, found: re.Match[str], name: str) -> Finding:
    place = found[0].removeprefix("unix://").rstrip("/")
    instead = _PLACES.get(place.rpartition("/")[2])
    return PATH_OF_ANOTHER_DISTRIBUTION.finding(
        path,
        f"{name} names {place}, which nodes of kubeadm do not have: it is of another distribution of Kubernetes",
        f"write {instead}" if instead else "write the place that nodes of kubeadm have, or leave it out",
        about=place,
        facts={"place": place},
    )
