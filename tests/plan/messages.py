"""Common mistakes, and the messages about each: of the planner, and of the cluster.

Each file in `tests/golden/messages/` is a service that is added to prod, what the planner says of it, in its own words
and in those that it expects of the cluster, and what the cluster says. `make messages` records them again.
"""

import os
import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from config.load import load_lab
from plan import make_plan
from plan.kubernetes.admission import admit
from plan.kubernetes.admission.quota import pod_usage
from plan.model import Plan, Service
from plan.model.resources import sum_of
from plan.yaml_text import to_yaml
from tests.plan.labs import FOLDERS, ROOT

FOLDER = ROOT / "tests" / "golden" / "messages"
CAUSES = sorted(file.stem for file in FOLDER.iterdir())
WRITES = "WRITE_MESSAGES" in os.environ


def mistake(cause: str) -> dict[str, Any]:
    """A file as it is kept."""
    return yaml.safe_load((FOLDER / f"{cause}.yaml").read_text(encoding="utf-8"))


def kept(cause: str, who: str, said: dict[str, str]) -> dict[str, str]:
    """The recorded words of the `planner` or the `cluster`, or the present ones if they are to be recorded."""
    content = mistake(cause)
    if WRITES:
        content[who] = said
        (FOLDER / f"{cause}.yaml").write_text(to_yaml(content), encoding="utf-8")
    return content.get(who, {})


@cache
def plan_with_mistakes() -> Plan:
    """Prod with a service for each mistake."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(shutil.copytree(FOLDERS["prod"], Path(temporary) / "prod"))
        for cause in CAUSES:
            (folder / "services" / f"{name_of(cause)}.yaml").write_text(mistake(cause)["service"], encoding="utf-8")
        return make_plan(load_lab(folder))


def name_of(cause: str) -> str:
    """The service's name."""
    return f"example-{cause}"


def service_of(cause: str) -> Service:
    """The service as it is planned."""
    return next(each for each in plan_with_mistakes().services if each.name == name_of(cause))


def planner_says(cause: str) -> dict[str, str]:
    """Its finding, and the words that it expects of the cluster."""
    about = ("services", name_of(cause))
    finding = next(each for each in plan_with_mistakes().errors if each.path[:2] == about)
    return {"finding": finding.code, "message": finding.message, "expects": _expected(cause)}


def _expected(cause: str) -> str:
    """Message about the first pod that is refused, or about those that wait."""
    plan, service = plan_with_mistakes(), service_of(cause)
    (workload,) = service.workloads
    template = next(each for each in service.manifests if each["kind"] == "Deployment")["spec"]["template"]
    namespace = next(each for each in plan.namespaces if each.name == service.namespace)
    assert namespace.quota is not None
    used: dict[str, int] = {}
    for _ in range(workload.replicas):
        quotas = {namespace.quota["metadata"]["name"]: (namespace.quota, used)}
        admission = admit(plan.lab, namespace, template, quotas=quotas)
        if admission.refusal is not None:
            return admission.refusal.message
        used = sum_of(used, pod_usage(admission.pod))
    return next(str(each.reason) for each in plan.capacity.pending if each.workload == workload)
