"""Every pod that the program writes is stored as it is written: nothing is filled in, changed or refused."""

from collections.abc import Iterator

import pytest

from plan.kubernetes.admission import admit
from plan.model import Manifest
from plan.model.resources import read_amounts
from rehearsal.control_plane import Api, Refused
from tests.conformance.kubernetes.judged import Case, agrees, ask
from tests.plan.labs import containers, objects, plan_of, pod_templates

PLAN = plan_of("prod")


@pytest.fixture(scope="module")
def accounts(governed: Api) -> Iterator[None]:
    """The service accounts that pods name, without which none is taken."""
    own = objects(PLAN, "ServiceAccount")
    for applied in governed.apply_all(own):
        assert applied.refused is None, applied
    yield
    for each in own:
        governed.delete(each)


def test_every_pod_of_prod_is_stored_as_it_is_written(governed: Api, accounts: None) -> None:
    namespaces = {each.name: each for each in PLAN.namespaces}
    apart: list[Case] = []
    for controller, template in pod_templates(PLAN):
        where = namespaces[controller["metadata"]["namespace"]]
        pod = pod_of(controller, template)
        case = Case(pod, where, ask(governed, pod, where), admit(PLAN.lab, where, pod))
        if not agrees(case) or isinstance(case.told, Refused) or not is_as_written(template, case.told):
            apart.append(case)
    assert not apart, f"{len(apart)} apart, as {apart[0]}"


def pod_of(controller: Manifest, template: Manifest) -> Manifest:
    """A pod as its controller makes it: that of a statefulset has the volumes of its claims."""
    claims = (each["metadata"]["name"] for each in controller["spec"].get("volumeClaimTemplates", ()))
    claimed = [{"name": name, "persistentVolumeClaim": {"claimName": name}} for name in claims]
    spec = {**template["spec"], "volumes": [*template["spec"].get("volumes", ()), *claimed]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {**template["metadata"], "name": "pod"}, "spec": spec}


def is_as_written(template: Manifest, stored: Manifest) -> bool:
    """Whether the containers have what they state, and the pod its priority class and its tolerations."""
    written, kept = template["spec"], stored["spec"]
    resources = [[amounts(each) for each in containers(found)] for found in (template, stored)]
    tolerations = written.get("tolerations", [])
    return (
        resources[0] == resources[1]
        and written["priorityClassName"] == kept["priorityClassName"]
        and tolerations == kept["tolerations"][: len(tolerations)]
    )


def amounts(container: Manifest) -> list[dict[str, int]]:
    """A container's requests and limits."""
    return [read_amounts(container["resources"].get(field) or {}) for field in ("requests", "limits")]
