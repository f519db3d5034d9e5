"""The verdict on a plan: may it be applied, what is worst, what is limiting, what must not fail."""

from collections.abc import Collection, Mapping, Sequence
from typing import Literal, NamedTuple

from plan.consequences import weight_of
from plan.findings.capacity.waiting import DOES_NOT_FIT
from plan.findings.nodes.kubernetes_version import KUBERNETES_VERSION_UNREAD
from plan.forecast import Forecast
from plan.ledger import DataLoss
from plan.model import Finding, Severity, severity_counts
from plan.model.findings import one_of_each
from plan.scenarios.headroom import Constraint
from plan.scenarios.losses import Event, Loss

WORST = 3
PARTS: tuple[Event, ...] = ("node", "host", "server")
"""Events that nobody causes on purpose."""


Word = Literal["fits", "does not fit", "has errors", "not checked"]
"""`does not fit` where the only pods without a place are declared as they were found, which is no error;
`not checked` where the version of Kubernetes is one that the rules were not read for."""


class Verdict(NamedTuple):
    """The first screen of a plan."""

    word: Word
    counts: Mapping[Severity, int]
    worst: tuple[Finding, ...]
    """The worst errors and warnings."""
    limiting: Constraint | None
    """The fullest of what refuses something; None where no capacity is declared."""
    single_points: tuple[Loss, ...] | None
    """Losses after which something does not run again by itself; None where losses are not computed."""
    data_points: tuple[DataLoss, ...]
    """Disks that machines are on, and servers outside of the lab, with which data is gone for good."""


def judge(forecast: Forecast) -> Verdict:
    """The verdict on a plan and its forecast."""
    counts = severity_counts(forecast.findings)
    return Verdict(
        word=_word({each.code for each in forecast.findings}, counts),
        counts=counts,
        worst=_worst(forecast.findings),
        limiting=next((each for each in forecast.headroom.constraints if each.binds), None),
        single_points=None if forecast.losses is None else tuple(filter(_is_single_point, forecast.losses)),
        data_points=tuple(each for each in forecast.data_losses if each.gone and _is_one_part(each)),
    )


def _word(codes: Collection[str], counts: Mapping[Severity, int]) -> Word:
    if counts["error"]:
        return "has errors"
    if KUBERNETES_VERSION_UNREAD.code in codes:
        return "not checked"
    return "does not fit" if DOES_NOT_FIT.code in codes else "fits"


def _worst(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Errors before warnings, lost data before the rest, and of each code one before a second."""
    ordered = sorted(findings, key=lambda each: weight_of(each.code))
    errors, warnings = ([each for each in ordered if each.severity == severity] for severity in ("error", "warning"))
    return (*one_of_each(errors, WORST), *one_of_each(warnings, WORST))[:WORST]


def _is_single_point(loss: Loss) -> bool:
    return loss.event in PARTS and not loss.is_survived


def _is_one_part(loss: DataLoss) -> bool:
    """A disk that machines are on, or a file server outside of the lab."""
    return (loss.event == "disk" and loss.carried.machines > 0) or (loss.event == "server" and loss.path is None)
