"""Targets that a Prometheus of the operator never asks: monitors without its label, parts that listen on loopback."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from config.lab import Lab
from config.objects import StatedObject
from plan.cluster.membership import founder
from plan.model.fields import Fields, entries, mapping, text, value
from plan.model.findings import Finding, Rule
from plan.wording import listed

NOT_SCRAPED = Rule(
    "NOT-SCRAPED",
    "warning",
    title="Prometheus does not read a monitor or a rule",
    meaning=(
        "A Prometheus of the operator reads the ServiceMonitors, PodMonitors, Probes, ScrapeConfigs and "
        "PrometheusRules that its selectors match. Without a word in the values, those of kube-prometheus-stack match "
        "the label `release: NAME` of its own release alone. An object without it is taken, and nothing comes of it: "
        "no metrics, no alerts, and no error. The operator also leaves out a monitor whose scrapeTimeout is longer "
        "than its interval, or than that of Prometheus where it states none: 30 s in the chart."
    ),
    remedy="Let the selectors match all objects, or give the object the label.",
)
TARGETS_OUT_OF_REACH = Rule(
    "TARGETS-OUT-OF-REACH",
    "warning",
    title="Prometheus asks parts of the control plane that answer on their own machine alone",
    meaning=(
        "A cluster of kubeadm lets scheduler, controller manager and etcd give their metrics at 127.0.0.1, and so does "
        "kube-proxy. The monitors of kube-prometheus-stack ask them at the node's address: their targets are down, and "
        "the alerts KubeSchedulerDown, KubeControllerManagerDown, KubeProxyDown and etcdMembersDown fire from the "
        "first day. Alerts that always fire hide the others."
    ),
    remedy="Switch these monitors off in the values of the chart.",
)

_STACK = "kube-prometheus-stack"
_SELECTORS: Mapping[str, str] = {
    "ServiceMonitor": "serviceMonitorSelector",
    "PodMonitor": "podMonitorSelector",
    "Probe": "probeSelector",
    "ScrapeConfig": "scrapeConfigSelector",
    "PrometheusRule": "ruleSelector",
}
"""By kind, the key under prometheus.prometheusSpec (kube-prometheus-stack 88.5.3)."""
_ON_LOOPBACK = ("kubeControllerManager", "kubeScheduler", "kubeEtcd", "kubeProxy")


class _Stack(NamedTuple):
    """A release of kube-prometheus-stack."""

    service: str
    release: str
    values: Fields


def monitor_findings(lab: Lab) -> Iterator[Finding]:
    """All findings about what Prometheus reads. Releases that were found are left out."""
    stacks = [_Stack(name, each.release or name, each.values) for name, each in lab.charts(_STACK) if not each.as_found]
    if not stacks:
        return
    for kind in _SELECTORS:
        for each in lab.objects_by_kind.get(kind, ()):
            if not lab.objects_by_kind.get("Prometheus") and not any(_reads(stack, each) for stack in stacks):
                yield _unread(stacks[0], each)
            else:
                yield from _too_slow(stacks[0], each)
    for stack in stacks:
        asked = [each for each in _ON_LOOPBACK if value(stack.values, each, "enabled") is not False]
        if founder(lab) and asked and not any(value(stack.values, each, "endpoints") for each in asked):
            yield TARGETS_OUT_OF_REACH.finding(
                ("services", stack.service, "values"),
                f"{stack.service} asks {listed(asked)} at the address of the nodes, and kubeadm lets them answer at "
                "127.0.0.1 alone: their targets are down, and their alerts fire from the first day",
                f"write {listed([f'{each}.enabled: false' for each in asked])} in the values of {stack.service}",
                facts={"parts": tuple(asked)},
            )


def _reads(stack: _Stack, stated: StatedObject) -> bool:
    spec = mapping(stack.values, "prometheus", "prometheusSpec")
    key = _SELECTORS[stated.kind]
    labels = mapping(stated.content, "metadata", "labels")
    selector = mapping(spec, key)
    if selector:
        expressions = bool(selector.get("matchExpressions"))
        return expressions or mapping(selector, "matchLabels").items() <= labels.items()
    return value(spec, f"{key}NilUsesHelmValues") is False or labels.get("release") == stack.release


_ENDPOINTS = {"ServiceMonitor": "endpoints", "PodMonitor": "podMetricsEndpoints"}
_INTERVAL = "30s"
"""Of kube-prometheus-stack, unless prometheus.prometheusSpec.scrapeInterval says otherwise."""
_DURATION = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")


def _too_slow(stack: _Stack, stated: StatedObject) -> Iterator[Finding]:
    """A monitor that may take longer to answer than its next question takes to come."""
    default = text(mapping(stack.values, "prometheus", "prometheusSpec"), "scrapeInterval") or _INTERVAL
    for each in entries(stated.content, "spec", _ENDPOINTS.get(stated.kind, "")):
        interval, timeout = text(each, "interval") or default, text(each, "scrapeTimeout")
        asked, waits = _seconds(interval), _seconds(timeout)
        if asked and waits and waits > asked:
            yield NOT_SCRAPED.finding(
                stated.path,
                f"{stated.kind} {stated.name} waits {timeout} for an answer and asks every {interval}: the operator "
                "refuses a scrapeTimeout above the interval, and leaves the monitor out",
                f"write scrapeTimeout: {interval}, or interval: {timeout}",
                about=f"{stated.name} scrapeTimeout",
                facts={"interval_seconds": asked, "timeout_seconds": waits},
            )
            return


def _seconds(duration: str) -> int:
    """Whole seconds of a duration of Prometheus; 0 where it is none, or of other units."""
    match = _DURATION.fullmatch(duration)
    hours, minutes, seconds = (int(each or 0) for each in match.groups()) if match else (0, 0, 0)
    return hours * 3600 + minutes * 60 + seconds


def _unread(stack: _Stack, stated: StatedObject) -> Finding:
    key = _SELECTORS[stated.kind]
    stated_selector = mapping(stack.values, "prometheus", "prometheusSpec", key, "matchLabels")
    wanted = {str(name): str(each) for name, each in stated_selector.items()} or {"release": stack.release}
    label = ", ".join(f"{name}: {each}" for name, each in wanted.items())
    return NOT_SCRAPED.finding(
        stated.path,
        f"{stated.kind} {stated.name} has no label {label}, by which the Prometheus of {stack.service} selects: it is "
        "never read",
        f"write labels: {{{label}}} in {stated.name}, or prometheus.prometheusSpec.{key}NilUsesHelmValues: false in "
        f"the values of {stack.service}",
        facts={"label": label},
    )
