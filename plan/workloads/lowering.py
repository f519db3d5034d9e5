"""Objects in files that break the Pod Security Standard `restricted`, or of which nobody can say whether they do."""

from config.objects import StatedObject
from config.pod import POD_TEMPLATES
from plan.kubernetes.pod_security import violations
from plan.model.fields import mapping
from plan.model.metadata import api_group
from plan.tiers.pod_security import Lowering
from plan.workloads.pods_of_operators import may_make_pods


def lowering_of(stated: StatedObject) -> Lowering | None:
    """The reason for which a namespace with this object does not enforce `restricted`; None where there is none."""
    template = POD_TEMPLATES.get(stated.kind)
    if template is not None:
        return "objects" if violations("restricted", {**mapping(stated.content, *template)}) else None
    return "operators" if may_make_pods(api_group({**stated.content}), stated.kind) else None
