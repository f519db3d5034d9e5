"""Pods of a cluster that the lab did not make may name a priority class that no file states."""

import shutil
from pathlib import Path

import pytest

from config.load import load_lab
from plan import Plan, make_plan
from tests.plan.labs import ROOT, change

PROXY = """apiVersion: apps/v1
kind: Deployment
metadata: {name: proxy}
spec:
  selector: {matchLabels: {app: proxy}}
  template:
    metadata: {labels: {app: proxy}}
    spec:
      priorityClassName: longhorn-critical
      containers:
        - name: proxy
          image: registry.example/proxy:1.0.0
          resources: {requests: {cpu: 10m, memory: 64Mi}, limits: {memory: 64Mi}}
"""

CLASS = """---
apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata: {name: longhorn-critical}
value: 5
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A lab whose nodes are no machines of Proxmox, with a pod of another class."""
    folder = Path(shutil.copytree(ROOT / "tests" / "labs" / "outside", tmp_path / "outside"))
    objects = {"file": "services/wiki.yaml", "old": "ports:", "new": "objects: [proxy.yaml]\nports:"}
    change(folder, [objects, {"file": "services/wiki/proxy.yaml", "new": PROXY}])
    return folder


def said_of(plan: Plan) -> list[tuple[str, str]]:
    return [
        (each.code, each.severity) for each in plan.findings if each.code in ("CLASS-OF-NOBODY", "ADMISSION-REFUSED")
    ]


def test_a_priority_class_that_no_file_states_refuses_no_pod(folder: Path) -> None:
    plan = make_plan(load_lab(folder))
    assert said_of(plan) == [("CLASS-OF-NOBODY", "info")]
    (finding,) = (each for each in plan.findings if each.code == "CLASS-OF-NOBODY")
    assert "Deployment proxy names the PriorityClass longhorn-critical" in finding.message


def test_a_priority_class_in_a_file_is_known(folder: Path) -> None:
    stated = (
        "---\napiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata: {name: longhorn-critical}\nvalue: 5\n"
    )
    (folder / "services" / "wiki" / "proxy.yaml").write_text(PROXY + stated, encoding="utf-8")
    assert said_of(make_plan(load_lab(folder))) == []
