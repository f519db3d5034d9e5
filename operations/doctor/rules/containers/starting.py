"""Pods that are on their way, however long that takes."""

from datetime import timedelta

from observation.model import Observation
from operations.doctor.ages import GRACE
from operations.doctor.pods import containers, is_young, unready_since
from plan.model import Manifest
from plan.model.fields import Fields, mapping, number

_LONGEST_PULL = timedelta(minutes=30)


def patience_of(probe: Fields) -> timedelta:
    """How long a container lives of which a probe never succeeds; nothing without a probe."""
    period, threshold = number(probe, "periodSeconds", default=10), number(probe, "failureThreshold", default=3)
    return timedelta(seconds=number(probe, "initialDelaySeconds") + period * threshold) if probe else timedelta()


def is_starting(observed: Observation, pod: Manifest) -> bool:
    """Whether a pod that is not ready is young, pulls an image or is within the time of its startup probe."""
    if is_young(observed, unready_since(pod)):
        return True
    pulls = [each for each in observed.events_of(pod) if each.reason in ("Pulling", "Pulled", "Failed", "BackOff")]
    if pulls and pulls[-1].reason == "Pulling" and is_young(observed, pulls[-1].last, _LONGEST_PULL):
        return True
    for each in containers(pod):
        probe = mapping(each.wanted, "startupProbe")
        if probe and each.running_since and not each.has_started and not each.restarts:
            return is_young(observed, each.running_since, max(GRACE, patience_of(probe)))
    return False
