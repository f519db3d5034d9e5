"""Images that nodes pull from a registry in the very cluster."""

from collections.abc import Iterator

from config.image import host_of, registry_of
from config.lab import Lab
from config.service import HelmService
from plan.cluster.entrances import entrances
from plan.cluster.registries import registry_users
from plan.model.findings import Finding, Rule
from plan.wording import listed, plural

IMAGES_FROM_INSIDE = Rule(
    "IMAGES-FROM-INSIDE",
    "warning",
    title="Nodes pull images from a registry that runs on them",
    meaning=(
        "A node that does not have an image asks the registry for it. While the registry does not run, or the ingress "
        "controller before it, pods with such images start only on nodes that have them already: a new node, a pruned "
        "image or a power cut with a cleared disk then stops them. If the registry needs one of them itself, nothing "
        "starts any more."
    ),
    remedy=(
        "Have a registry outside of the cluster for what the registry itself and the platform need, or a mirror on "
        "each node."
    ),
)

CHART_FROM_INSIDE = Rule(
    "CHART-FROM-INSIDE",
    "warning",
    title="An `up` reads a chart from a service of this cluster",
    meaning=(
        "The chart of a release is read at every preview and `up`. While the service that has it does not run, neither "
        "works: not from nothing, not after a power cut, and not to mend that service."
    ),
    remedy="Take the chart from where its makers publish it, or from a registry outside of the cluster.",
)


def image_source_findings(lab: Lab) -> Iterator[Finding]:
    """A finding for each service of the lab that nodes pull images from."""
    inside = ((registry, users) for registry, users in registry_users(lab).items() if registry in lab.services)
    for registry, services in inside:
        needed = _needed_by(lab, registry).intersection(services)
        yield IMAGES_FROM_INSIDE.finding(
            ("services", registry),
            f"nodes pull images of {listed([*services])} from {registry}, which runs in this cluster: while it does "
            "not run, as after a power cut, they start only on nodes that have the image already"
            + (f"; {listed(sorted(needed))} is needed for {registry} to run at all" if needed else ""),
            "keep "
            + ("the images of " + listed(sorted(needed)) if needed else plural(len(services), "image"))
            + " in a registry outside of the cluster",
            facts={"services": services, "needed": tuple(sorted(needed))},
        )


def chart_source_findings(lab: Lab) -> Iterator[Finding]:
    """A finding for each chart that is read from a service of the lab."""
    reached = entrances(lab)
    for name, service in lab.services.items():
        if isinstance(service, HelmService):
            source = service.chart.repository.partition("://")[2] + "/"
            host = next((each for each in (host_of(source), registry_of(source)) if each in reached), None)
            if host is not None:
                yield CHART_FROM_INSIDE.finding(
                    ("services", name, "chart", "repository"),
                    f"the chart of {name} is read from {reached[host]}, which runs in this cluster: while it does not "
                    "run, as after a power cut, no preview and no `up` works",
                    "write a repository outside of the cluster",
                    facts={"services": (name, reached[host])},
                )


def _needed_by(lab: Lab, registry: str) -> set[str]:
    """The registry itself, and the parts of the platform that it does not start or is not reached without."""
    platform = lab.cluster.platform
    parts = {registry, platform.pod_network, platform.policy_engine}
    if platform.ingress and any(platform.passes_ingress(each) for each in lab.services[registry].expose):
        parts.add(platform.ingress.controller)
    return {each for each in parts if each is not None}
