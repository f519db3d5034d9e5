"""Programs that answer for the addresses of Services: two, or none."""

from collections.abc import Iterable, Iterator, Sequence

from config.lab import Lab
from config.service import HelmService
from config.source import Path
from plan.cluster.membership import founder
from plan.findings.program import Program
from plan.findings.programs import programs
from plan.model import Service
from plan.model.fields import mapping, text, value
from plan.model.findings import Finding, Rule
from plan.wording import listed

TWO_LOAD_BALANCERS = Rule(
    "TWO-LOAD-BALANCERS",
    "warning",
    title="Two programs serve Services of type LoadBalancer",
    meaning=(
        "Each takes every Service of type LoadBalancer without a class, writes its own address into its status, and "
        "answers for it in the network: the address flaps between two machines, and connections break."
    ),
    remedy="Let one of them serve a class of its own (loadBalancerClass), or leave Services alone.",
)

LOAD_BALANCER_MISSING = Rule(
    "LOAD-BALANCER-MISSING",
    "error",
    title="Nothing gives Services their addresses",
    meaning=(
        "Kubernetes gives no Service of type LoadBalancer an address by itself; outside of a cloud a program of the "
        "cluster does. Without one the EXTERNAL-IP stays <pending>, nobody outside reaches the Service, and an `up` "
        "waits for it until it times out. A cluster that is adopted may have one that the lab does not know."
    ),
    remedy="Write a service that installs one, for example the chart metallb with `provides: [metallb.io]`.",
)
_GIVING = ("cilium", "klipper-lb", "kube-vip", "loxilb", "metallb", "openelb", "porter", "purelb")
"""Words in the names of charts and images of programs that give Services addresses."""
_GIVING_GROUPS = ("metallb.io", "cilium.io", "purelb.io", "network.kubesphere.io")
_ON = ("true", "1", "yes", "on")


def load_balancer_findings(lab: Lab, services: Iterable[Service]) -> Iterator[Finding]:
    """A finding for kube-vip that serves Services beside MetalLB or Cilium, and for Services that nobody serves."""
    yield from _unserved(lab, services)
    other = _other(lab)
    if other:
        for path, name, key in _kube_vip(lab, [*programs(lab)]):
            yield TWO_LOAD_BALANCERS.finding(
                path,
                f"{name} serves Services of type LoadBalancer ({key}), and so does {other}: both write an address into "
                "each, and both answer for it",
                f"write {key}: false, or lb_class_only: true, for {name}",
                about=name,
                facts={"other": other},
            )


def _unserved(lab: Lab, services: Iterable[Service]) -> Iterator[Finding]:
    asking = [
        (service.name, each["metadata"]["name"])
        for service in services
        for each in service.objects
        if each["kind"] == "Service"
        and text(each, "spec", "type") == "LoadBalancer"
        and not text(each, "spec", "loadBalancerClass")
    ]
    if asking and founder(lab) and not _gives_addresses(lab):
        service, name = asking[0]
        names = [each for _, each in asking]
        path = lab.written_at(service, "Service", name)
        yield LOAD_BALANCER_MISSING.finding(
            (*path, "load_balancer") if path[0] == "services" else path,
            f"no service of the lab gives addresses of a load balancer: the EXTERNAL-IP of {listed(names)} stays "
            "<pending>",
            "write a service that installs MetalLB: kind: helm, chart metallb of https://metallb.github.io/metallb, "
            "provides: [metallb.io]",
            facts={"services": tuple(names)},
        )


def _gives_addresses(lab: Lab) -> bool:
    """Whether a service of the lab is a load balancer, as far as it can be told by chart, groups and images."""
    if lab.cluster.load_balancer == "other":  # of any name
        return True
    charts = (each.chart.name for each in lab.services.values() if isinstance(each, HelmService))
    groups = {group for each in lab.services.values() for group in each.installs()}
    return (
        not groups.isdisjoint(_GIVING_GROUPS)
        or any(word in each for each in charts for word in _GIVING)
        or any(word in each.image for each in programs(lab) for word in _GIVING)
    )


def _other(lab: Lab) -> str:
    """Another program of the lab that takes all Services."""
    for chart in ("metallb", "cilium"):
        for name, service in lab.charts(chart):
            by_class = text(service.values, "loadBalancerClass")
            is_off = chart == "cilium" and value(service.values, "l2announcements", "enabled") is not True
            if not by_class and not is_off:
                return name
    return ""


def _kube_vip(lab: Lab, found: Sequence[Program]) -> Iterator[tuple[Path, str, str]]:
    """Place and name of each kube-vip that serves all Services, and its setting."""
    for each in found:
        serves = each.env.get("svc_enable", "").lower() in _ON or "--services" in each.words
        by_class = each.env.get("lb_class_only", "").lower() in _ON or each.env.get("lb_class_name", "")
        if each.short in ("kube-vip", "kube-vip-iptables") and serves and not by_class:
            yield each.path, each.name, "svc_enable"
    for name, service in lab.charts("kube-vip"):
        env = mapping(service.values, "env")
        by_class = text(env, "lb_class_only").lower() in _ON or text(env, "lb_class_name")
        if text(env, "svc_enable").lower() not in ("false", "0") and not by_class:
            yield ("services", name, "values"), name, "svc_enable"
