"""Writes a dump of this folder anew: `python -m tests.dumps.record attic`.

Each step of its inputs goes through a real API server, by the real tool that its name says: `NN-apply.yaml` by `kubectl
apply`, `NN-apply@MANAGER.yaml` by server-side apply, `NN-create@MANAGER.yaml` by `kubectl create`, `NN-kubectl.txt` and
`NN-helm.txt` as commands, `NN-definitions.txt` as definitions of kinds that take everything. Values of Secrets are
left out.
"""

import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

import yaml

from cli.cluster import Source, observe_source
from observation.writing import write_dump
from operations.clients.kubernetes import Api
from plan.model import Manifest
from rehearsal.charts import chart_archive
from rehearsal.dumped import dumped_cluster
from rehearsal.tools import path_of

FOLDER = Path(__file__).parent
SECONDS = 60


def record(name: str) -> None:
    """Make the cluster of `inputs/NAME`, and dump it."""
    inputs = FOLDER / "inputs" / name
    with dumped_cluster((), IPv4Network("10.96.0.0/16")) as there, tempfile.TemporaryDirectory() as scratch:
        for step in sorted(inputs.glob("[0-9]*")):
            take(step, there.api, there.kubeconfig, Path(scratch))
        settle(there.api)
        target = FOLDER / name
        shutil.rmtree(target, ignore_errors=True)
        write_dump(observe_source(Source(kubeconfig=there.kubeconfig)), target)
        shutil.copy(inputs / "README.md", target / "README.md")


def take(step: Path, api: Api, kubeconfig: Path, scratch: Path) -> None:
    """Take one step."""
    way, _, manager = step.stem.partition("-")[2].partition("@")
    kubectl = ["kubectl", "--kubeconfig", str(kubeconfig)]
    if way == "definitions":
        for line in step.read_text(encoding="utf-8").splitlines():
            api.apply(definition(*line.split()), manager="kubectl-create")
        time.sleep(2)
    elif way == "helm":
        for line in step.read_text(encoding="utf-8").splitlines():
            verb, release, chart, *rest = shlex.split(line)
            file = scratch / f"{chart}-1.2.3.tgz"
            file.write_bytes(chart_archive(chart, "1.2.3"))
            run(str(path_of("helm")), verb, release, str(file), *rest, "--kubeconfig", str(kubeconfig))
    elif way == "kubectl":
        for line in step.read_text(encoding="utf-8").splitlines():
            run(*kubectl, *shlex.split(line))
    else:
        documents = [each for each in yaml.safe_load_all(step.read_text(encoding="utf-8")) if each]
        file = scratch / step.name
        file.write_text(yaml.safe_dump_all([owned(each, api) for each in documents]), encoding="utf-8")
        how = {"apply": ["apply"], "create": ["create", "--field-manager", manager]}[way]
        if way == "apply" and manager:
            how = ["apply", "--server-side", "--field-manager", manager]
        run(*kubectl, *how, "-f", str(file))


def definition(kind: str, plural: str, group: str, version: str, scope: str) -> Manifest:
    """A kind that takes every field."""
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    served = {"name": version, "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {
            "name": f"{plural}.{group}",
            **({"annotations": {"api-approved.kubernetes.io": "unapproved"}} if group.endswith(".k8s.io") else {}),
        },
        "spec": {
            "group": group,
            "scope": scope,
            "names": {"kind": kind, "plural": plural},
            "versions": [served],
        },
    }


def owned(manifest: Manifest, api: Api) -> dict[str, Any]:
    """With the uids of its owners."""
    metadata: dict[str, Any] = dict(manifest["metadata"])
    for owner in metadata.get("ownerReferences", ()):
        owner.pop("namespace", None)
        there = api.get(owner["apiVersion"], owner["kind"], owner["name"], metadata["namespace"])
        assert there is not None, f"{owner['kind']} {owner['name']} is not there yet"
        owner["uid"] = there["metadata"]["uid"]
    return {**manifest, "metadata": metadata}


def run(*command: str) -> None:
    """Run a tool."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stderr}"


def settle(api: Api) -> None:
    """Wait until every pod that can run does."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        if all(each["status"].get("phase") != "Pending" for each in api.list("v1", "Pod")):
            break
        time.sleep(1)
    time.sleep(3)


if __name__ == "__main__":
    for each in sys.argv[1:]:
        record(each)
