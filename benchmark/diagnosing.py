"""A command on a dump of several times prod, with 30 days of usage: `python -m benchmark.diagnosing COMMAND FACTOR`
prints CPU seconds and objects. COMMAND is `doctor` or `rightsize`."""

import json
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmark.process import ROOT, cost_of
from config.load import load_lab
from observation.kinds import RESOURCE_OF
from plan import make_plan
from plan.model import Manifest

NOW = "2027-03-01T12:00:00Z"
BEGAN = "2027-02-01T12:00:00Z"


def objects(factor: int) -> Iterator[Manifest]:
    """Objects of prod, each so many times under another name, and ready pods."""
    plan = make_plan(load_lab(ROOT / "config" / "labs" / "prod"))
    for copy in range(factor):
        for use in plan.capacity.nodes:
            yield _node(f"{use.node.name}-{copy}")
        for manifest in plan.manifests:
            metadata = {**manifest["metadata"], "creationTimestamp": BEGAN, "uid": f"{copy}-{id(manifest)}"}
            if copy:
                metadata["name"] = f"{metadata['name']}-{copy}"
            made = {**manifest, "metadata": metadata}
            yield made
            if manifest["kind"] in ("Deployment", "StatefulSet", "DaemonSet"):
                yield from _pods(made, f"{plan.capacity.nodes[0].node.name}-{copy}")


def _node(name: str) -> Manifest:
    conditions = [{"type": "Ready", "status": "True", "lastHeartbeatTime": NOW, "lastTransitionTime": BEGAN}]
    amounts = {"cpu": "16", "memory": "64Gi", "pods": "110"}
    status = {"conditions": conditions, "capacity": amounts, "allocatable": amounts}
    return {"kind": "Node", "metadata": {"name": name}, "status": status}


def _pods(owner: Manifest, node: str) -> Iterator[Manifest]:
    template, metadata = owner["spec"]["template"], owner["metadata"]
    for number in range(owner["spec"].get("replicas", 1)):
        reference = {"kind": owner["kind"], "name": metadata["name"], "uid": metadata["uid"], "controller": True}
        statuses = [
            {"name": each["name"], "ready": True, "started": True, "state": {"running": {"startedAt": BEGAN}}}
            for each in template["spec"]["containers"]
        ]
        conditions = [{"type": "Ready", "status": "True", "lastTransitionTime": BEGAN}]
        yield {
            "kind": "Pod",
            "metadata": {
                "name": f"{metadata['name']}-{number}",
                "namespace": metadata["namespace"],
                "labels": template["metadata"]["labels"],
                "ownerReferences": [reference],
            },
            "spec": {**template["spec"], "nodeName": node},
            "status": {"phase": "Running", "conditions": conditions, "containerStatuses": statuses},
        }


def usage_of(workload: Manifest) -> Iterator[Mapping[str, Any]]:
    """A month of each of its containers."""
    daily = [100.0 + day % 7 for day in range(30)]
    for container in workload["spec"]["template"]["spec"]["containers"]:
        yield {
            "namespace": workload["metadata"]["namespace"],
            "workload": f"{workload['kind']}/{workload['metadata']['name']}",
            "container": container["name"],
            "days": 30,
            "cpu_m": {"p50": 20, "p95": 50, "p99": 80, "max": 200},
            "memory_mib": {"p50": 90, "p95": 100, "p99": 104, "max": 106, "daily_max": daily},
        }


def write(folder: Path, factor: int) -> int:
    """Write the dump; returns how many objects are in it."""
    resources: dict[str, list[Manifest]] = defaultdict(list)
    for each in objects(factor):
        resources[RESOURCE_OF.get(each["kind"], f"{each['kind'].lower()}s.custom")].append(each)
    used = [
        each
        for key in ("deployments", "statefulsets", "daemonsets")
        for one in resources[key]
        for each in usage_of(one)
    ]
    (folder / "usage.json").write_text(json.dumps({"window_days": 30, "containers": used}), encoding="utf-8")
    for resource, items in resources.items():
        (folder / f"{resource}.json").write_text(json.dumps({"kind": "List", "items": items}), encoding="utf-8")
    (folder / "now.txt").write_text(NOW, encoding="utf-8")
    return sum(len(items) for items in resources.values())


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        command, factor = sys.argv[1:]
        count = write(Path(folder), int(factor))
        start = f"import sys; sys.argv = ['homelab', {command!r}, '--dump', {folder!r}, '--format', 'json']"
        ended = "try:\n    main()\nexcept SystemExit:\n    pass"
        cost = cost_of("-c", f"{start}\nfrom cli.main import main\n{ended}", runs=3)
        print(cost.cpu_seconds, count)
