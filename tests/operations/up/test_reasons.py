"""Why a Service that an `up` waits for is not ready, by clusters as they were read."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from observation import Observation, Reference
from observation.dump import read_dump
from operations.up.reasons import reason_for
from plan.model import Manifest
from tests.plan.labs import ROOT

MAIL = Reference("Service", "mail", "mail")
PICTURES = Reference("Service", "pictures", "pictures")


def observed(dump: str = "loft") -> Observation:
    return read_dump(ROOT / "tests" / "dumps" / dump)


def changed(resource: str, change: Callable[[Manifest], Manifest]) -> Observation:
    read = observed()
    return replace(read, resources={**read.resources, resource: tuple(map(change, read.resources[resource]))})


def without_ready(pod: Manifest) -> Manifest:
    conditions = [{**each, "status": "False"} for each in pod["status"].get("conditions", ())]
    return {**pod, "status": {**pod["status"], "conditions": conditions}}


def selecting(labels: dict[str, Any]) -> Callable[[Manifest], Manifest]:
    return lambda service: {**service, "spec": {**service["spec"], "selector": labels}}


def test_nothing_is_said_of_a_service_that_is_ready() -> None:
    assert reason_for(PICTURES, observed()) is None


def test_a_load_balancer_without_an_address_is_told() -> None:
    reason = reason_for(MAIL, observed())
    assert reason is not None
    assert (reason.about, reason.code) == (MAIL, "NoAddress")


def test_a_service_that_selects_nothing_is_told() -> None:
    reason = reason_for(PICTURES, changed("services", selecting({"app": "nobody"})))
    assert reason is not None
    assert (reason.about, reason.code) == (PICTURES, "NoPods")


def test_of_pods_that_are_not_ready_the_reason_is_theirs() -> None:
    reason = reason_for(PICTURES, changed("pods", without_ready))
    assert reason is not None
    assert (reason.about.kind, reason.code) == ("Pod", "FailedScheduling")


@pytest.mark.parametrize(("owner", "code"), [("mail", "NoAddress"), ("another", None)])
def test_a_release_waits_for_the_addresses_of_its_own_services(owner: str, code: str | None) -> None:
    def of_release(service: Manifest) -> Manifest:
        annotations = {"meta.helm.sh/release-name": owner}
        return {**service, "metadata": {**service["metadata"], "annotations": annotations}}

    reason = reason_for(Reference("Release", "mail", "mail"), changed("services", of_release))
    assert (reason.code if reason else None) == code
