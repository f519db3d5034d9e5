"""Tiers: their names are prefixes of namespaces, their defaults are within their bounds."""

import re
from collections.abc import Iterator

from config.draft import Draft
from config.model import shown
from config.quantity import Cpu, Memory
from config.source import Problem
from config.tier import Tier


def check_tiers(lab: Draft) -> Iterator[Problem]:
    """A namespace's prefix says its tier, and a container that states nothing is admitted."""
    for name, tier in lab.tiers.items():
        yield from _check_prefix(lab, name)
        container = tier.container
        pairs: tuple[tuple[str, Cpu | Memory, str, Cpu | Memory], ...] = (
            ("default_memory", container.default_memory, "max_memory", container.max_memory),
            ("default_cpu_request", container.default_cpu_request, "max_cpu_request", container.max_cpu_request),
        )
        for key, default, bound, most in pairs:
            if default > most:
                message = f"{default} must not be more than {bound}, {most}"
                yield lab.problem(("tiers", name, "container", key), message)
        yield from _check_ratio(lab, name, tier)


def check_tier_label(lab: Draft) -> Iterator[Problem]:
    """The policy that labels namespaces by their names can write it."""
    platform = lab.cluster.platform if lab.cluster else None
    if platform is None or platform.policy_engine is None or platform.tier_of_namespaces == "label":
        return
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", platform.tier_label):
        message = f"no policy gives {shown(platform.tier_label)} by a namespace's name; say tier_of_namespaces: label"
        yield lab.problem(("cluster", "platform", "tier_label"), message)


def _check_ratio(lab: Draft, name: str, tier: Tier) -> Iterator[Problem]:
    """A service that states no request is admitted."""
    most, share = tier.container.max_memory_ratio, tier.memory_request_percent
    if most is not None and tier.memory == "burstable" and share * most < 100:
        message = f"requests are {share}% of limits (memory_request_percent), which is more than {most} times apart"
        yield lab.problem(("tiers", name, "container", "max_memory_ratio"), message)


def _check_prefix(lab: Draft, name: str) -> Iterator[Problem]:
    path = ("tiers", name)
    if f"{name}-".startswith("kube-"):
        yield lab.problem(path, "namespaces that begin with kube- are Kubernetes' own; choose another name")
    if name.startswith("system-"):
        yield lab.problem(path, "priority classes that begin with system- are Kubernetes' own; choose another name")
    for other in lab.tiers:
        if name.startswith(f"{other}-"):
            message = f"begins with {other}-, so its namespaces look like those of tier {other!r}; choose another name"
            yield lab.problem(path, message)
