"""Request and limit of a container, each from its own figure: the request from typical use, the limit from the peak.

The runbook takes the recommender's upper bound times 1.2, or 1.3 for what swings. That alone cuts into kills: a peak
of seven days is not one of thirty, a working set counts file pages, and what was killed at its limit never showed its
need. So a limit is raised only where the kernel killed, and cut only where a whole month shows neither peak nor cache.
"""

from math import ceil
from typing import Literal, NamedTuple

from observation.usage import ContainerUsage
from operations.rightsize.patterns import MIB, WHOLE_MONTH, Pattern, leak_per_day, patterns
from operations.rightsize.stated import Resource, Stated
from plan.model.resources import CPU, MEMORY

Confidence = Literal["high", "medium", "low"]

KILLED_FACTOR = 1.5
"""New limit over the one at which a container was killed: its need is not known, only that it is more."""
SPIKE_MARGIN = 64 * MIB
"""Least room between peak and limit: a spike between two scrapes is in no graph."""
WORTH_PERCENT = 20
"""Changes below this share of what is stated are not worth a restart."""
WORTH_MEMORY = 16 * MIB
WORTH_CPU = 10
LEAST_CPU = 10
"""Millicores below which a request is noise to the scheduler."""
LEAST_MEMORY = 16 * MIB

_NOT_A_SIZE: frozenset[Pattern] = frozenset({"short-history", "leak"})
"""Nothing is proposed: the figures do not show a need."""
_SET_ELSEWHERE: frozenset[Pattern] = frozenset({"restarts", "steady-cache", "at-limit"})
"""Unless the kernel killed it, memory is as large as a setting, a start or file pages make it."""


class Policy(NamedTuple):
    """The rules of the container's tier and service."""

    headroom: float = 1.2
    """Limit over the peak: 1.2 for stable services, 1.3 for volatile ones and those with a GPU."""
    request_is_limit: bool = False
    """The tier guarantees memory."""
    floor: int | None = None
    """Bytes below which the owner wants no limit, for work that is rare."""
    ceiling: int | None = None
    """Bytes that the LimitRange, the quota or the largest node admit."""
    keep: bool = False
    """Nothing of its memory is changed: other parts of the cluster cannot start without it."""
    scaled_by: frozenset[str] = frozenset()
    """Resources of which an autoscaler divides the use by the request."""
    recommended: int | None = None
    """Bytes up to which a Vertical Pod Autoscaler would go: no limit is cut below."""


class Amounts(NamedTuple):
    """A request and a limit; None where nothing is stated, or where a proposal leaves it alone."""

    request: int | None
    limit: int | None


class Proposal(NamedTuple):
    """New amounts of one resource of a container."""

    resource: Resource
    now: Amounts
    """As the cluster has them: CPU in millicores, memory in bytes."""
    proposed: Amounts
    """None in it: left alone."""
    patterns: frozenset[Pattern]
    confidence: Confidence
    leak_per_day: float | None = None
    """MiB a day."""


def propose(used: ContainerUsage, stated: Stated, policy: Policy) -> tuple[Proposal, Proposal]:
    """Proposals for memory and CPU."""
    found = patterns(used, stated)
    return _memory(used, stated, policy, found), _cpu(used, stated, policy, found)


def _memory(used: ContainerUsage, stated: Stated, policy: Policy, found: frozenset[Pattern]) -> Proposal:
    keep = policy.keep or (policy.request_is_limit and MEMORY in policy.scaled_by)
    limit = None if keep else _limit(used, stated, policy, found)
    request = None if keep else _request(used, stated, policy, found, limit)
    return Proposal(
        resource="memory",
        now=Amounts(stated.memory_request, stated.memory_limit),
        proposed=Amounts(request, limit),
        patterns=found,
        confidence=_confidence(used, found),
        leak_per_day=leak_per_day(used.memory_daily),
    )


def _limit(used: ContainerUsage, stated: Stated, policy: Policy, found: frozenset[Pattern]) -> int | None:
    now = stated.memory_limit
    if now is not None and policy.floor is not None and now < policy.floor:
        return _within(policy.floor, now, policy)
    if now is None or found & _NOT_A_SIZE:
        return None
    if "killed" in found:
        return _within(rounded_up(max(now * KILLED_FACTOR, used.memory.max * MIB * policy.headroom)), now, policy)
    if found & {"peaks", "growing", "idle", *_SET_ELSEWHERE} or used.days < WHOLE_MONTH:
        return None
    wanted = max(
        rounded_up(used.memory.max * MIB * policy.headroom),
        rounded_up(used.memory.max * MIB + SPIKE_MARGIN),
        policy.floor or 0,
        rounded_up(policy.recommended or 0),
    )
    return wanted if wanted < now and _is_worth(now, wanted, WORTH_MEMORY) else None


def _within(wanted: int, now: int, policy: Policy) -> int | None:
    """No more than the ceiling admits; nothing where that is no more than today."""
    admitted = wanted if policy.ceiling is None else min(wanted, policy.ceiling)
    return admitted if admitted > now else None


def _request(
    used: ContainerUsage, stated: Stated, policy: Policy, found: frozenset[Pattern], limit: int | None
) -> int | None:
    limit_then = limit or stated.memory_limit
    if MEMORY in policy.scaled_by:
        return None
    if policy.request_is_limit:
        return limit_then if limit_then is not None and limit_then != stated.memory_request else None
    if found & _NOT_A_SIZE or (found & _SET_ELSEWHERE and "killed" not in found):
        return None
    wanted = max(rounded_up(used.memory.p95 * MIB), LEAST_MEMORY)
    if limit_then is not None:
        wanted = min(wanted, limit_then)
    return wanted if _is_worth(stated.memory_request, wanted, WORTH_MEMORY) else None


def _cpu(used: ContainerUsage, stated: Stated, policy: Policy, found: frozenset[Pattern]) -> Proposal:
    wanted = max(ceil(used.cpu.p95 / 5) * 5, LEAST_CPU)
    if stated.cpu_limit is not None:
        wanted = min(wanted, stated.cpu_limit)
    keep = "short-history" in found or CPU in policy.scaled_by or not _is_worth(stated.cpu_request, wanted, WORTH_CPU)
    return Proposal(
        resource="cpu",
        now=Amounts(stated.cpu_request, stated.cpu_limit),
        proposed=Amounts(None if keep else wanted, None),
        patterns=found & {"short-history"},
        confidence=_confidence(used, found & {"short-history"}),
    )


def _is_worth(now: int | None, wanted: int, least: int) -> bool:
    return now is None or (abs(wanted - now) >= least and abs(wanted - now) * 100 >= now * WORTH_PERCENT)


def _confidence(used: ContainerUsage, found: frozenset[Pattern]) -> Confidence:
    if "short-history" in found or "leak" in found or "restarts" in found:
        return "low"
    return "medium" if found or used.days < WHOLE_MONTH else "high"


def rounded_up(memory: float) -> int:
    """Bytes rounded up to amounts that people write: steps of 16Mi below 1Gi, of 64Mi above."""
    step = (16 if memory < 1024 * MIB else 64) * MIB
    return ceil(memory / step) * step
