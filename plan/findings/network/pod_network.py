"""The pod network of a cluster that the program makes: kubeadm leaves it to its owner."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from config.lab import Lab
from config.service import HelmService
from config.source import Path
from plan.cluster.membership import founder
from plan.model import Manifest, Service
from plan.model.fields import entries, text, value
from plan.model.findings import Finding, Rule
from plan.model.metadata import api_group

NETWORK_PLUGIN_MISSING = Rule(
    "NETWORK-PLUGIN-MISSING",
    "error",
    title="No service installs the pod network",
    meaning=(
        "kubeadm makes a cluster without a pod network. Until something installs one, every node is NotReady, no pod "
        "but those on the host's own network starts, and the first chart of the `up` waits until it times out. "
        "`network_plugin` names the plugin; a service has to install it, before anything that needs a pod to start. "
        "A cluster that is adopted, or whose control plane is no machine of the lab, has its network already."
    ),
    remedy="Write a service that installs the network plugin, and name it under `platform.pod_network`.",
)

PLUGINS_OF_CHARTS: Mapping[str, str] = {
    "antrea": "antrea",
    "calico": "calico",
    "canal": "canal",
    "cilium": "cilium",
    "flannel": "flannel",
    "kube-ovn": "kube-ovn",
    "kube-ovn-v2": "kube-ovn",
    "kube-router": "kube-router",
    "ovn-kubernetes": "ovn-kubernetes",
    "tigera-operator": "calico",
}
"""The network plugin that a chart installs, by the chart's name."""

_OPERATED = ("operator.tigera.io", "Installation")
"""Calico's operator installs it where there is an object of this group and kind."""
_OF_PLUGINS = ("/etc/cni/net.d", "/opt/cni/bin")
"""Folders of a node into which a network plugin writes itself."""
_ABOVE = ("/etc/cni", "/opt/cni")
_POD_SPEC = ("spec", "template", "spec")
UNNAMED: Literal["?"] = "?"
"""A network plugin that its objects show, and no name."""


def pod_network_findings(lab: Lab, services: Iterable[Service]) -> Iterator[Finding]:
    """A finding where the control plane is created, and its nodes would stay NotReady."""
    first = founder(lab)
    if first is None:
        return
    named, plugin = lab.cluster.platform.pod_network, lab.cluster.network_plugin
    bringing = {service.name: brought for service in services if (brought := brought_by(lab, service))}
    if named is not None and named in bringing:
        if bringing[named] not in (plugin, UNNAMED):
            yield _missing(
                ("cluster", "network_plugin"),
                f"network_plugin is {plugin}, and {named}, which pod_network names, installs {bringing[named]}",
                f"write network_plugin: {bringing[named]}, or name the service that installs {plugin}",
                plugin,
            )
    elif named is not None:
        yield _missing(
            ("cluster", "platform", "pod_network"),
            f"{first} would make the cluster, and {named}, which pod_network names, installs no network plugin: the "
            "nodes stay NotReady",
            f"name the service that installs {plugin}",
            plugin,
        )
    elif not bringing:
        yield _missing(
            ("cluster", "network_plugin"),
            f"{first} would make the cluster, and no service of the lab installs {plugin}: the nodes stay NotReady, "
            "and the pods of charts do not start",
            f"write a service that installs {plugin}, and name it under pod_network in the platform of cluster.yaml",
            plugin,
        )
    elif (engine := lab.cluster.platform.policy_engine) is not None:
        service = next(iter(bringing))
        yield _missing(
            ("cluster", "platform"),
            f"{first} would make the cluster, and its network comes with {service} after the policies; these wait for "
            f"the pods of {engine}, which wait for the network",
            f"write pod_network: {service}",
            plugin,
        )


def brought_by(lab: Lab, service: Service) -> str | None:
    """The network plugin that a service installs: `UNNAMED` where it is one that cannot be told by its name, None where
    it installs none. A chart that is not known counts as one if it is called like the lab's plugin, or is named as the
    pod network and runs something on every node."""
    config, plugin = lab.services[service.name], lab.cluster.network_plugin
    if any(_is_installation(each) or _writes_plugins(each) for each in service.objects):
        return UNNAMED
    if isinstance(config, HelmService):
        known = PLUGINS_OF_CHARTS.get(config.chart.name)
        if known is not None:
            is_off = config.chart.name == "tigera-operator" and value(config.values, "installation", "enabled") is False
            return None if is_off else known
        if plugin in config.chart.name or plugin in service.name:
            return plugin
    if service.name == lab.cluster.platform.pod_network:
        return UNNAMED if any(each.controller == "DaemonSet" for each in service.workloads) else None
    return None


def _is_installation(manifest: Manifest) -> bool:
    return (api_group(manifest), manifest["kind"]) == _OPERATED


def _writes_plugins(manifest: Manifest) -> bool:
    """Whether the pods of a daemonset mount a folder of a node that a network plugin writes itself into."""
    if manifest["kind"] != "DaemonSet":
        return False
    paths = (text(each, "hostPath", "path").rstrip("/") for each in entries(manifest, *_POD_SPEC, "volumes"))
    return any(path and (path.startswith(_OF_PLUGINS) or path in _ABOVE) for path in paths)


def _missing(path: Path, message: str, fix: str, plugin: str) -> Finding:
    return NETWORK_PLUGIN_MISSING.finding(path, message, fix, facts={"plugin": plugin})
