"""GPUs: shared in the lab, allowed in the tier, used by the service."""

from collections.abc import Iterator

from config.draft import Draft
from config.source import Problem


def check_gpu(lab: Draft) -> Iterator[Problem]:
    """Two charts share the GPUs, and each service that requests one can get it."""
    sharing = lab.cluster.platform.gpu if lab.cluster else None
    if sharing and sharing.operator == sharing.feature_discovery:
        message = "must be another service than operator, whose own feature discovery is switched off"
        yield lab.problem(("cluster", "platform", "gpu", "feature_discovery"), message)
    for name, service in lab.services.items():
        asked = [path for path, _ in service.gpus(name)]
        if service.for_gpus and not asked:
            yield lab.problem(("services", name, "kind"), "none of its workloads has a gpu; add one, or say kind: app")
        tier = lab.tiers.get(service.tier)
        for path in asked:
            if lab.cluster and lab.cluster.platform.gpu is None:
                yield lab.problem(path, "needs platform.gpu in cluster.yaml: how the GPUs are shared")
            if tier and not tier.gpu:
                allowed = ", ".join(other for other in lab.tiers if lab.tiers[other].gpu) or "none"
                yield lab.problem(path, f"tier {service.tier!r} may not use a GPU; tiers with gpu: true are: {allowed}")
