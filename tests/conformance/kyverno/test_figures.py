"""How quickly the planner decides what the policies decide, compared with Kyverno's command line."""

import re
import resource
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from plan.kubernetes.admission.containers import read_pod
from plan.kubernetes.admission.policies import policy_refusals
from plan.model import Manifest
from plan.yaml_text import to_yaml
from rehearsal.tools import ToolMissing, path_of
from tests.plan.labs import plan_of, pod_templates

PLAN = plan_of("prod")
SOME = 40
"""Pods that Kyverno is given; the command line takes a tenth of a second for each."""
TIMES = 20
"""How often the planner, which takes far less, is given them."""


def pods() -> Iterator[Manifest]:
    """Pods of prod's workloads, by names of their own."""
    for manifest, template in pod_templates(PLAN)[:SOME]:
        name, namespace = manifest["metadata"]["name"], manifest["metadata"]["namespace"]
        metadata = {
            **template.get("metadata", {}),
            "name": f"{manifest['kind'].lower()}-{name}",
            "namespace": namespace,
        }
        yield {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": template["spec"]}


def test_the_planner_decides_as_kyverno_does_on_what_the_program_writes(
    tmp_path: Path, figure: Callable[[str], None]
) -> None:
    """A decision is one of a policy on a pod. Seconds are those of a processor: others may be at work here."""
    try:
        program = path_of("kubectl-kyverno")
    except ToolMissing as missing:
        pytest.skip(f"not run: {missing}")
    policies = [policy for policy in PLAN.policies if policy["kind"] == "ValidatingPolicy"]
    judged = list(pods())
    decisions = len(judged) * len(policies)
    labelled = [
        {**each.manifest, "metadata": {**each.manifest["metadata"], "labels": labels}}
        for each in PLAN.namespaces
        for labels in [{**each.manifest["metadata"]["labels"], "kubernetes.io/metadata.name": each.name}]
    ]
    values = {"apiVersion": "cli.kyverno.io/v1alpha1", "kind": "Values", "namespaces": labelled}
    for name, documents in (("policies", policies), ("pods", judged), ("values", [values])):
        (tmp_path / f"{name}.yaml").write_text("---\n".join(map(to_yaml, documents)), encoding="utf-8")

    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    told = subprocess.run(
        [program, "apply", "policies.yaml", "--resource", "pods.yaml", "--values-file", "values.yaml"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    kyverno_seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert re.search(r"pass: \d+, fail: 0, warn: 0, error: 0", told.stdout), told.stdout + told.stderr

    namespaces = {each.name: each for each in PLAN.namespaces}
    start = time.process_time()
    for _ in range(TIMES):
        for pod in judged:
            where = namespaces[pod["metadata"]["namespace"]]
            assert not list(policy_refusals(PLAN.lab, where, pod, read_pod(pod["spec"])))
    planner_seconds = (time.process_time() - start) / TIMES
    figure(
        f"{decisions} policy decisions: {decisions / planner_seconds:,.0f} a second by the planner, "
        f"{decisions / kyverno_seconds:,.0f} by kyverno apply, its start included"
    )
