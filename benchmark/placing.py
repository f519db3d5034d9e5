"""Placing pods on many nodes, and all findings of a lab.

`python -m benchmark.placing NODES PODS` prints CPU seconds, and without them those of prod's full verdict.
"""

import gc
import random
import sys
import time
from collections.abc import Callable
from statistics import median

from benchmark.process import ROOT
from config.load import load_lab
from plan import make_plan
from plan.cluster.nodes import PODS, ZONE_LABEL
from plan.forecast import look_ahead
from plan.kubernetes.scheduling import place
from plan.model import Container, Node, Pod, Workload
from plan.model.resources import CPU, MEMORY

ROUNDS = 5
REPLICAS = 3
MIB, GIB = 1 << 20, 1 << 30


def nodes(number: int) -> list[Node]:
    """Alike nodes in four zones."""
    room = {CPU: 16_000, MEMORY: 64 * GIB, PODS: 110}
    return [
        Node(f"node-{each}", "worker", "general", {ZONE_LABEL: f"zone-{each % 4}"}, {}, room, room, 28)
        for each in range(number)
    ]


def workloads(pods: int) -> list[Workload]:
    """Workloads of three pods, every fifth with block volumes."""
    chance = random.Random(1)
    return [_workload(chance, f"workload-{number}", stateful=number % 5 == 0) for number in range(pods // REPLICAS)]


def _workload(chance: random.Random, name: str, *, stateful: bool) -> Workload:
    requests = {CPU: chance.choice((10, 50, 100, 250)), MEMORY: chance.choice((64, 128, 256, 512)) * MIB}
    return Workload(
        name=name,
        service=name,
        namespace=f"namespace-{chance.randrange(20)}",
        controller="StatefulSet" if stateful else "Deployment",
        replicas=REPLICAS,
        pod=Pod(
            (Container("main", requests, {MEMORY: GIB}),),
            priority=chance.choice((1000, 800, 600)),
            block_volumes=("data",) if stateful else (),
        ),
        path=("services", name),
        qos="Burstable",
        oom_score_adj={},
    )


def _verdict() -> None:
    look_ahead(make_plan(lab))


def cpu_seconds(do: Callable[[], object]) -> float:
    """CPU time of one call."""
    begin = time.process_time()
    do()
    return time.process_time() - begin


if __name__ == "__main__":
    gc.disable()  # as the command line does
    if len(sys.argv) > 1:
        some_nodes, some_workloads = nodes(int(sys.argv[1])), workloads(int(sys.argv[2]))
        print(cpu_seconds(lambda: place(some_nodes, some_workloads)))
    else:
        lab = load_lab(ROOT / "config" / "labs" / "prod")
        print(median([cpu_seconds(_verdict) for _ in range(ROUNDS + 1)][1:]))
