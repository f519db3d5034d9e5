"""Two programs that answer for the addresses of Services."""

from collections.abc import Iterator, Sequence

from config.lab import Lab
from config.source import Path
from plan.findings.program import Program
from plan.findings.programs import programs
from plan.model.fields import mapping, text, value
from plan.model.findings import Finding, Rule

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

_ON = ("true", "1", "yes", "on")


def load_balancer_findings(lab: Lab) -> Iterator[Finding]:
    """A finding for kube-vip that serves Services beside MetalLB or Cilium."""
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
