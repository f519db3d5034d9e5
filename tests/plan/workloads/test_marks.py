"""Labels, annotations and ignored fields that the owner states."""

import shutil
from pathlib import Path

import pulumi_kubernetes as kubernetes
import pytest

from components.k8s_app import K8sApp, K8sAppArgs
from config.load import InvalidLab, load_lab
from plan import make_plan
from plan.model import Manifest, Service
from tests.plan.labs import FOLDERS, change
from tests.recording.recorder import record

STATED = """labels:
  namespace: {team: one}
  workload: {team: two, tier: mine}
  pod: {team: three}
  route: {team: four}
  service: {team: five}
annotations:
  namespace: {example.com/a: "1"}
  workload: {example.com/a: "2"}
  pod: {example.com/a: "3"}
  route: {example.com/a: "4"}
  service: {example.com/a: "5"}
ignore: [image, replicas]
ignore_fields: {service/door: [spec.externalTrafficPolicy]}
expose:"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the lab with one service of each kind."""
    return Path(shutil.copytree(FOLDERS["every_kind"], tmp_path / "every_kind"))


def door(folder: Path) -> tuple[Manifest, Service]:
    """The namespace of the service with labels, and the service."""
    change(folder, [{"file": "services/door.yaml", "old": "expose:", "new": STATED}])
    plan = make_plan(load_lab(folder))
    (namespace,) = [each.manifest for each in plan.namespaces if each.name == "core-door"]
    (service,) = [each for each in plan.services if each.name == "door"]
    return namespace, service


def test_they_stand_on_the_object_that_they_are_for_beside_the_programs_own(folder: Path) -> None:
    namespace, service = door(folder)
    objects = {each["kind"]: each for each in service.objects}
    pod = objects["Deployment"]["spec"]["template"]
    found = [namespace, objects["Deployment"], pod, objects["Ingress"], objects["Service"]]
    assert [each["metadata"]["labels"]["team"] for each in found] == ["one", "two", "three", "four", "five"]
    assert [each["metadata"]["annotations"]["example.com/a"] for each in found] == ["1", "2", "3", "4", "5"]
    assert objects["Deployment"]["metadata"]["labels"]["tier"] == "core"


def test_fields_that_something_else_owns_reach_the_engine(folder: Path) -> None:
    _, service = door(folder)
    assert service.ignored == {
        "deployment/door": (
            "spec.template.spec.containers[*].image",
            "spec.template.spec.initContainers[*].image",
            "spec.replicas",
        ),
        "service/door": ("spec.externalTrafficPolicy",),
    }

    def program() -> None:
        provider = kubernetes.Provider("cluster", kubeconfig="{}")
        K8sApp("door", K8sAppArgs(manifests=service.manifests, provider=provider, ignored=service.ignored))

    ignored = {each.inputs["kind"]: list(each.ignore_changes) for each in record(program).objects}
    assert ignored["Deployment"] == list(service.ignored["deployment/door"])
    assert ignored["Service"] == ["spec.externalTrafficPolicy"]
    assert ignored["Ingress"] == []


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("team: one", '"a b": one', "labels.namespace"),
        ("[image, replicas]", "[imag]", "did you mean 'image'?"),
        ("spec.externalTrafficPolicy", "spec..x", "is not the path of a field, for example"),
    ],
)
def test_a_mistake_is_refused(folder: Path, old: str, new: str, says: str) -> None:
    change(folder, [{"file": "services/door.yaml", "old": "expose:", "new": STATED.replace(old, new)}])
    with pytest.raises(InvalidLab) as refused:
        load_lab(folder)
    assert says in str(refused.value)
