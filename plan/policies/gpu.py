"""The policy on pods that use a GPU."""

from collections.abc import Iterator

from config.lab import Lab
from plan.conventions import GPU_NODE_LABEL, GPU_TAINT
from plan.metadata import namespace_of
from plan.model import Manifest
from plan.policies.kyverno import validating
from plan.policies.sentences import GPU_TOGETHER
from plan.resources import GPU


def gpu_policies(lab: Lab) -> Iterator[Manifest]:
    """Asking for a GPU, tolerating its taint and selecting its node belong together. Who tolerates whatever there
    is, as agents on every node do, need not ask. The operator's own pods run on the node without asking."""
    if lab.cluster.platform.gpu is None:
        return
    operators = (lab.cluster.platform.gpu.operator, lab.cluster.platform.gpu.feature_discovery)
    policy = validating(
        "gpu-together",
        "A GPU is asked for, its taint tolerated and its node selected together, or not at all.",
        {
            "expression": "variables.asks ? variables.tolerates && variables.selects "
            ": !variables.selects && !variables.toleratesByName",
            "message": GPU_TOGETHER,
        },
        judge_controllers=True,
        exclude_namespaces=sorted({namespace_of(name, lab.services[name]) for name in operators}),
    )
    tolerations = "object.spec.?tolerations.orValue([])"
    asks = f"variables.containers.exists(container, '{GPU}' in container.?resources.?limits.orValue({{}}))"
    by_name = f"{tolerations}.exists(toleration, toleration.?key.orValue('') == '{GPU_TAINT}')"
    tolerates = (
        f"{tolerations}.exists(toleration, toleration.?key.orValue('{GPU_TAINT}') == '{GPU_TAINT}' "
        "&& toleration.?effect.orValue('NoSchedule') == 'NoSchedule' "
        "&& (toleration.?operator.orValue('Equal') == 'Exists' || toleration.?value.orValue('') == 'true'))"
    )
    selects = f"object.spec.?nodeSelector[?'{GPU_NODE_LABEL}'].orValue('') == 'true'"
    policy["spec"]["variables"] += [
        {"name": "asks", "expression": asks},
        {"name": "toleratesByName", "expression": by_name},
        {"name": "tolerates", "expression": tolerates},
        {"name": "selects", "expression": selects},
    ]
    yield policy
