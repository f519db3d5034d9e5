"""The policy on pods that use a GPU."""

from collections.abc import Iterator

from config.lab import Lab
from config.namespaces import namespace_of
from plan.model import Manifest
from plan.model.resources import GPU
from plan.tiers.conventions import GPU_NODE_LABEL, GPU_TAINT
from plan.tiers.policies.kyverno import file_in_cel, validating
from plan.tiers.policies.sentences import gpu_together


def gpu_policies(lab: Lab) -> Iterator[Manifest]:
    """Asking for a GPU, tolerating its taint and selecting its node belong together. Who tolerates whatever there
    is, as agents on every node do, need not ask. The operator's own pods run on the node without asking."""
    if lab.cluster.platform.gpu is None:
        return
    operators = (lab.cluster.platform.gpu.operator, lab.cluster.platform.gpu.feature_discovery)
    tolerations = "object.spec.?tolerations.orValue([])"
    tolerates = (
        f"{tolerations}.exists(toleration,\n"
        f"toleration.?key.orValue('{GPU_TAINT}') == '{GPU_TAINT}'\n"
        "&& toleration.?effect.orValue('NoSchedule') == 'NoSchedule'\n"
        "&& (toleration.?operator.orValue('Equal') == 'Exists' || toleration.?value.orValue('') == 'true'))"
    )
    yield validating(
        lab,
        "gpu-together",
        "GPU, toleration and node together",
        "A GPU is asked for, its taint tolerated and its node selected together, or not at all.",
        variables={
            "asks": f"variables.containers.exists(container, '{GPU}' in container.?resources.?limits.orValue({{}}))",
            "toleratesByName": f"{tolerations}.exists(toleration, toleration.?key.orValue('') == '{GPU_TAINT}')",
            "tolerates": tolerates,
            "selects": f"object.spec.?nodeSelector[?'{GPU_NODE_LABEL}'].orValue('') == 'true'",
        },
        expression="variables.asks ? variables.tolerates && variables.selects\n"
        ": !variables.selects && !variables.toleratesByName",
        sentence=gpu_together(file_in_cel()),
        judged="pods and their controllers",
        exclude_namespaces=sorted({namespace_of(lab, name) for name in operators}),
    )
