"""Images and charts that their makers have withdrawn, or maintain no more."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from config.image import registry_of
from config.lab import Lab
from config.service import HelmService
from config.source import Path, is_mapping, is_sequence
from plan.model.findings import Finding, Rule

IMAGE_WITHDRAWN = Rule(
    "IMAGE-WITHDRAWN",
    "warning",
    title="An image that its maker has withdrawn",
    meaning=(
        "A node that has the image already runs it on. Any other finds none: after a node was made anew, the image was "
        "pruned or the pod has moved, it stays in ImagePullBackOff."
    ),
    remedy="Write the image that the message names, or one of another maker; look at the data format before.",
)

CHART_RETIRED = Rule(
    "CHART-RETIRED",
    "warning",
    title="A chart whose project has ended",
    meaning="Nobody mends its faults any more, also those by which it can be broken into.",
    remedy="Move to another one while both run.",
)


class Withdrawn(NamedTuple):
    """Images that are gone, by the beginning of their name."""

    since: str
    instead: str
    source: str
    latest_is_left: bool = False


IMAGES: Mapping[str, Withdrawn] = {
    "docker.io/bitnami/": Withdrawn(
        "2025-09-29",
        "docker.io/bitnamilegacy, which has no updates, or an image of the software's own project",
        "bitnami/charts#35164",
        latest_is_left=True,
    ),
}

BITNAMI_CHARTS = ("https://charts.bitnami.com/bitnami", "oci://registry-1.docker.io/bitnamicharts")
"""Charts that take their images from docker.io/bitnami unless their values name others."""

RETIRED: Mapping[str, tuple[str, str, str]] = {
    "ingress-nginx": (
        "https://kubernetes.github.io/ingress-nginx",
        "has had no release since March 2026, security fixes included",
        "kubernetes.io, Ingress NGINX Retirement",
    ),
}
"""By the chart's name: its repository, what has ended, and where that is said."""


def withdrawn_findings(lab: Lab) -> Iterator[Finding]:
    """A finding for each image and chart that is withdrawn or retired."""
    for name, service in lab.services.items():
        for path, container in service.containers_of(name):
            yield from _image((*path, "image"), name, container.image)
        if isinstance(service, HelmService):
            yield from _images_of_chart(name, service)
            yield from _retired(name, service)


def _full(image: str) -> str:
    """With the registry and the folder that Docker Hub has by default."""
    name = image.partition("@")[0]
    if registry_of(image) == "docker.io" and not name.startswith("docker.io/"):
        return f"docker.io/{name}" if "/" in name else f"docker.io/library/{name}"
    return name


def _image(path: Path, service: str, image: str) -> Iterator[Finding]:
    full = _full(image)
    tag = full.rpartition("/")[2].partition(":")[2] or "latest"
    for beginning, gone in IMAGES.items():
        if full.startswith(beginning) and not (gone.latest_is_left and tag == "latest"):
            yield IMAGE_WITHDRAWN.finding(
                path,
                f"{image} of {service} is gone since {gone.since} ({gone.source}): a node that does not have it yet "
                "finds none",
                f"take it from {gone.instead}",
                facts={"since": gone.since, "image": image},
            )


def _images_of_chart(name: str, service: HelmService) -> Iterator[Finding]:
    chart = service.chart
    named = [*_repositories(service.values)]
    if chart.repository.rstrip("/") in BITNAMI_CHARTS and not any("bitnami/" not in each for each in named):
        gone = IMAGES["docker.io/bitnami/"]
        yield IMAGE_WITHDRAWN.finding(
            ("services", name, "chart"),
            f"chart {chart.name} of {name} takes its images from docker.io/bitnami, whose versions are gone since "
            f"{gone.since} ({gone.source})",
            f"name its images in the values, from {gone.instead}",
            facts={"since": gone.since, "image": "docker.io/bitnami"},
        )


def _repositories(values: Any) -> Iterator[str]:
    if is_mapping(values):
        for key, below in values.items():
            if key in ("repository", "imageRegistry", "registry") and isinstance(below, str):
                yield f"{below}/"
            yield from _repositories(below)
    elif is_sequence(values):
        for each in values:
            yield from _repositories(each)


def _retired(name: str, service: HelmService) -> Iterator[Finding]:
    chart = service.chart
    known = RETIRED.get(chart.name)
    if known and chart.repository.rstrip("/") == known[0]:
        yield CHART_RETIRED.finding(
            ("services", name, "chart"),
            f"chart {chart.name} of {name} {known[1]} ({known[2]})",
            "move to another ingress controller, or to the Gateway API",
            facts={"chart": chart.name},
        )
