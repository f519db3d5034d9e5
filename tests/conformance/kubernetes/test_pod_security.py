"""The planner and the real API server decide the same about the Pod Security Standards, in the same words."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import get_args

import pytest

from config.kubernetes import PodSecurityStandard
from plan.kubernetes.admission import admit
from plan.model.metadata import ENFORCE_LABEL
from rehearsal.control_plane import Api
from tests.conformance.kubernetes.judged import Case, agrees, ask
from tests.conformance.kubernetes.places import LAB, place
from tests.conformance.kubernetes.secured import secured_pods

COUNT = 600
SEED = 1934
AT_A_TIME = 8


@pytest.mark.parametrize("standard", get_args(PodSecurityStandard))
def test_the_planner_and_the_api_server_judge_a_pod_alike(
    governed: Api, standard: PodSecurityStandard, figure: Callable[[str], None]
) -> None:
    pods = list(secured_pods(SEED, COUNT))
    with place(governed, labels={ENFORCE_LABEL: standard}) as where, ThreadPoolExecutor(AT_A_TIME) as threads:
        told = list(threads.map(lambda pod: ask(governed, pod, where), pods))
        cases = [
            Case(pod, where, answer, admit(LAB, where, pod, limit_ranges=(), quotas={}))
            for pod, answer in zip(pods, told, strict=True)
        ]
    apart = [case for case in cases if not agrees(case)]
    decisions = Counter(case.planned.refusal.by if case.planned.refusal else "stored" for case in cases)
    counts = ", ".join(f"{decision} {count:,}" for decision, count in decisions.most_common())
    figure(f"pod security {standard}: {COUNT - len(apart):,} of {COUNT:,} pods alike; {counts}")
    assert not apart, f"{len(apart)} apart, as {apart[0]}"
    assert decisions["stored"] >= COUNT // 10
    assert standard == "privileged" or decisions["pod-security"] >= COUNT // 4
