"""The plan puts every pod that it writes before the judge of admission."""

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from config.load import load_lab
from plan import make_plan
from plan.findings.capacity.admission import refused_pods
from plan.kubernetes.admission.reasons import LimitBroken
from plan.model import Finding, Namespace
from plan.workloads.written_pods import written_pods
from tests.plan.labs import FOLDERS, change, plan_of

GROUP = {"file": "groups.yaml", "new": "pair: {tier: hobby, description: Two of the test}\n"}
HUNGRY = {
    "file": "services/hungry.yaml",
    "new": "kind: app\ntier: hobby\ngroup: pair\ndescription: Asks for much\nimage: busybox:1.36\n"
    "cpu: 1100m\nmemory: 64Mi\n",
}
CHART = {
    "file": "services/chart.yaml",
    "new": "kind: helm\ntier: hobby\ngroup: pair\ndescription: A chart\n"
    "chart: {name: chart, repository: https://charts.example, version: 1.0.0}\n"
    "footprint: {chart: {containers: {chart: {cpu: 100m, memory: 64Mi}}}}\n"
    "exceptions: {cpu-above-cap: It compresses video in one go}\n",
}


def errors(tmp_path: Path, lab: str, *edits: dict[str, str]) -> dict[tuple[str, str], Finding]:
    """The errors of a lab after some edits, by code and the service that they are about."""
    folder = Path(shutil.copytree(FOLDERS[lab], tmp_path / lab))
    change(folder, list(edits))
    return {(each.code, str(each.path[1])): each for each in make_plan(load_lab(folder)).errors}


@pytest.mark.parametrize("lab", ["prod", "small", "every_kind"])
def test_no_pod_of_the_labs_is_refused(lab: str) -> None:
    plan = plan_of(lab)
    assert list(refused_pods(plan.lab, plan.namespaces, plan.services)) == []


def test_a_request_above_the_cap_is_an_error(tmp_path: Path) -> None:
    assert ("CPU-ABOVE-CAP", "hungry") in errors(tmp_path, "small", GROUP, HUNGRY)


def test_beside_a_chart_whose_exception_labels_the_namespace_it_is_admitted(tmp_path: Path) -> None:
    assert errors(tmp_path, "small", GROUP, HUNGRY, CHART) == {}


def test_the_backup_of_a_database_is_judged_too(tmp_path: Path) -> None:
    tiers = (FOLDERS["every_kind"] / "tiers.yaml").read_text(encoding="utf-8")
    mysql = (FOLDERS["every_kind"] / "services" / "mysql.yaml").read_text(encoding="utf-8")
    assert "backup:" in mysql
    lower = {
        "file": "tiers.yaml",
        "new": tiers.replace("max_memory: 4Gi, max_cpu_request: 2", "max_memory: 300Mi, max_cpu_request: 2"),
    }
    small = {"file": "services/mysql.yaml", "new": mysql.replace("memory: 1Gi", "memory: 256Mi")}
    found = errors(tmp_path, "every_kind", lower, small)
    refused = found["LIMIT-ABOVE-MAXIMUM", "mysql"]
    assert "maximum memory usage per Container is 300Mi, but limit is 512Mi" in refused.message
    assert refused.path == ("services", "mysql", "backup")


def with_maximum(namespace: Namespace, memory: str) -> Namespace:
    """The namespace with another maximum in its LimitRange."""
    limit_range = namespace.limit_range
    if limit_range is None:
        return namespace
    (item,) = limit_range["spec"]["limits"]
    return namespace._replace(limit_range={**limit_range, "spec": {"limits": [{**item, "max": {"memory": memory}}]}})


def test_every_workload_of_every_kind_is_judged() -> None:
    plan = plan_of("every_kind")
    judged = {pod.workload.key for service in plan.services for pod in written_pods(service)}
    assert judged == {workload.key for workload in plan.workloads}


def test_containers_that_nobody_states_are_judged_too() -> None:
    plan = plan_of("every_kind")
    small = [with_maximum(each, "16Mi") for each in plan.namespaces]
    refused = {
        (each.workload.name, each.reason.container)
        for each in refused_pods(plan.lab, small, plan.services)
        if isinstance(each.reason, LimitBroken)
    }
    assert {("photos", "wait-for"), ("mysql-backup", "mysql-backup"), ("postgres", "postgres")} <= refused


def test_a_pod_that_fits_finds_what_is_left_of_the_quota() -> None:
    plan = plan_of("every_kind")
    assert list(refused_pods(plan.lab, plan.namespaces, plan.services)) == []
    tight = [
        each._replace(quota={**each.quota, "spec": {"hard": {"requests.ephemeral-storage": "100Mi"}}})
        if each.quota
        else each
        for each in plan.namespaces
    ]
    reasons = [str(each.reason) for each in refused_pods(plan.lab, tight, plan.services) if each.service == "queue"]
    (reason,) = reasons
    assert reason.startswith("exceeded quota: tier-core, requested: requests.ephemeral-storage=64Mi, used: ")
    assert reason.endswith("used: requests.ephemeral-storage=64Mi, limited: requests.ephemeral-storage=100Mi")


def test_it_costs_little() -> None:
    plan = plan_of("prod")
    best = min(_seconds(lambda: list(refused_pods(plan.lab, plan.namespaces, plan.services))) for _ in range(3))
    assert best < 0.15


def _seconds(run: Callable[[], object]) -> float:
    start = time.process_time()
    run()
    return time.process_time() - start
