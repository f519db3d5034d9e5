"""Objects by which another distribution of Kubernetes is configured: here nobody reads them."""

from collections.abc import Iterator, Mapping

from config.lab import Lab
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

_CONFIG_MAPS: Mapping[str, str] = {"coredns-custom": "the ConfigMap coredns in kube-system"}
_GROUPS = frozenset({"helm.cattle.io", "k3s.cattle.io"})


def unread_setting_findings(lab: Lab) -> Iterator[Finding]:
    """A finding for each such object in a cluster that is not of k3s."""
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
