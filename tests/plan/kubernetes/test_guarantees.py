"""Carrying out the steps to Guaranteed makes a pod Guaranteed, and fewer do not."""

import pytest

from plan.kubernetes.guarantees import Step, more_when_guaranteed, steps_to_guaranteed, steps_to_own_cores
from plan.model import Container, Pod, Workload
from plan.model.resources import CPU, MEMORY, pod_requests, qos_class, read_amount
from tests.plan.labs import plan_of

WORKLOADS = [each for lab in ("every_kind", "prod") for each in plan_of(lab).workloads]


def after(pod: Pod, steps: tuple[Step, ...]) -> Pod:
    def changed(container: Container) -> Container:
        amounts = {"requests": dict(container.requests), "limits": dict(container.limits)}
        for step in steps:
            if step.container == container.name:
                field, resource = step.field.split(".")
                amounts[field][resource] = read_amount(resource, step.needed)
        return container._replace(**amounts)

    return pod._replace(
        containers=tuple(map(changed, pod.containers)), init_containers=tuple(map(changed, pod.init_containers))
    )


@pytest.mark.parametrize("workload", WORKLOADS, ids=lambda each: f"{each.namespace}/{each.name}")
def test_all_steps_make_it_guaranteed_and_each_is_needed(workload: Workload) -> None:
    steps = steps_to_guaranteed(workload.pod)
    pod = after(workload.pod, steps)
    assert qos_class(pod) == "Guaranteed"
    assert bool(steps) == (workload.qos != "Guaranteed")
    for left_out in steps:
        rest = tuple(step for step in steps if step is not left_out)
        assert qos_class(after(workload.pod, rest)) != "Guaranteed"
    more = {name: pod_requests(pod)[name] - pod_requests(workload.pod).get(name, 0) for name in (CPU, MEMORY)}
    assert more_when_guaranteed(workload.pod) == {name: amount for name, amount in more.items() if amount}


def test_where_nothing_is_stated_the_amount_is_open() -> None:
    steps = steps_to_guaranteed(Pod((Container("main", {CPU: 100}, {CPU: 100}),)))
    assert [step.sentence for step in steps] == [
        "requests.memory ? (now none)",
        "limits.memory ? (now none)",
    ]


def test_cores_of_its_own_take_whole_ones_and_the_static_policy() -> None:
    guaranteed = Container("main", {CPU: 1500, MEMORY: 1 << 30}, {CPU: 1500, MEMORY: 1 << 30})
    steps = steps_to_own_cores(Pod((guaranteed,)), "none")
    assert steps[0] == "main: cpu 2 instead of 1500m, a whole number"
    assert steps[1].startswith("kubelet.cpu_manager: static")
    whole = Container("main", {CPU: 2000, MEMORY: 1 << 30}, {CPU: 2000, MEMORY: 1 << 30})
    assert steps_to_own_cores(Pod((whole,)), "static") == ()
