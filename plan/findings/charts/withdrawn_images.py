"""Images that their makers have withdrawn: of containers, of pods in files, and in the values of charts."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from config.image import name_of, tag_of
from config.lab import Lab
from config.service import HelmService
from config.source import Path, is_mapping, is_sequence
from plan.findings.programs import programs
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


class Withdrawn(NamedTuple):
    """Images that are gone, by the beginning of their name; without a host they are of Docker Hub."""

    since: str
    instead: str
    source: str
    latest_is_left: bool = False


IMAGES: Mapping[str, Withdrawn] = {
    "bitnami/": Withdrawn(
        "2025-09-29",
        "docker.io/bitnamilegacy, which has no updates, or an image of the software's own project",
        "bitnami/charts#35164",
        latest_is_left=True,
    ),
    "minio/": Withdrawn(
        "September 2026",
        "quay.io/minio, which has the same versions and no newer ones than September 2025",
        "minio/minio#21647",
    ),
    "gcr.io/kubebuilder/": Withdrawn(
        "March 2026",
        "registry.k8s.io/kubebuilder, or quay.io/brancz for kube-rbac-proxy",
        "kubernetes-sigs/kubebuilder#3907",
    ),
}

BITNAMI_CHARTS = ("https://charts.bitnami.com/bitnami", "oci://registry-1.docker.io/bitnamicharts")
"""Charts that take their images from docker.io/bitnami unless their values name others."""


def withdrawn_image_findings(lab: Lab) -> Iterator[Finding]:
    """A finding for each image that is withdrawn."""
    for program in programs(lab):
        if program.places is not None:
            continue  # its values name it, below
        is_of_file = program.path[0] != "services"
        yield from _image(program.path if is_of_file else (*program.path, "image"), program.service, program.image)
    for name, service in lab.services.items():
        if isinstance(service, HelmService):
            named = tuple(_named(service.values, ("services", name, "values")))
            for path, image in named:
                yield from _image(path, name, image)
            yield from _by_default(name, service, [image for _, image in named])


def _image(path: Path, service: str, image: str) -> Iterator[Finding]:
    for beginning, gone in IMAGES.items():
        if name_of(image).startswith(beginning) and not (gone.latest_is_left and tag_of(image) in ("", "latest")):
            yield IMAGE_WITHDRAWN.finding(
                path,
                f"{image} of {service} has been gone since {gone.since} ({gone.source}): a node that does not have it "
                "finds none",
                f"take it from {gone.instead}",
                about=image,
                facts={"since": gone.since, "image": image},
            )


def _named(values: Any, path: Path) -> Iterator[tuple[Path, str]]:
    """The images that values name, in the ways in which charts take them."""
    if is_mapping(values):
        repository = values.get("repository")
        if isinstance(repository, str):
            registry, tag = values.get("registry"), values.get("tag")
            beginning = f"{registry}/" if isinstance(registry, str) and registry else ""
            yield (*path, "repository"), f"{beginning}{repository}{f':{tag}' if tag else ''}"
        for key, below in values.items():
            if key == "image" and isinstance(below, str) and "/" in below:
                yield (*path, key), below
            yield from _named(below, (*path, str(key)))
    elif is_sequence(values):
        for index, each in enumerate(values):
            yield from _named(each, (*path, index))


def _by_default(name: str, service: HelmService, named: list[str]) -> Iterator[Finding]:
    chart = service.chart
    if chart.repository.rstrip("/") in BITNAMI_CHARTS and all("bitnami/" in each for each in named):
        gone = IMAGES["bitnami/"]
        yield IMAGE_WITHDRAWN.finding(
            ("services", name, "chart"),
            f"chart {chart.name} of {name} takes its images from docker.io/bitnami, whose versions have been gone "
            f"since {gone.since} ({gone.source})",
            f"name its images in the values, from {gone.instead}",
            facts={"since": gone.since, "image": "docker.io/bitnami"},
        )
