"""Large uploads that an ingress controller cuts off: by its time for a request, or by its largest body."""

from collections.abc import Iterator, Mapping
from typing import Any

from config.image import short_name
from config.lab import Lab
from config.service import HelmService, Service
from config.service.exposure import Exposure
from config.source import Path
from plan.findings.routes.traefik_settings import flags, traefik_of
from plan.model.fields import value
from plan.model.findings import Finding, Rule
from plan.wording import listed

UPLOADS_CUT = Rule(
    "UPLOADS-CUT",
    "warning",
    title="Large uploads are cut off on their way to a service",
    meaning=(
        "Traefik ends a request that is not read to its end after 60 seconds, unless its entry point says otherwise: a "
        "video over a slow line never arrives. ingress-nginx answers 413 to a body of more than 1 MiB, unless the "
        "route or its configuration says otherwise. It is said of services that are known for large uploads, and of "
        "routes that state a large `max_body`."
    ),
    remedy="Give the entry point of Traefik more time to read, or the route of ingress-nginx a larger body.",
)

TAKES_UPLOADS = frozenset(
    {
        *(
            "immich-server",
            "immich",
            "photoprism",
            "librephotos",
            "nextcloud",
            "owncloud",
            "ocis",
            "seafile-mc",
            "filebrowser",
        ),
        *("pydio", "peertube", "mediacms", "pigallery2", "lychee", "syncthing", "pingvin-share", "send", "copyparty"),
        *("forgejo", "gitea", "registry", "harbor", "harbor-core", "gitlab-ce", "minio", "nexus3"),
    }
)
"""Last parts of images, and names of charts, whose users send large files: photos, videos, layers of images."""
LARGE = 1 << 30
"""A `max_body` from which on a route is meant for large files, in bytes."""
_NGINX_BODY = "nginx.ingress.kubernetes.io/proxy-body-size"


def upload_findings(lab: Lab) -> Iterator[Finding]:
    """All findings about large uploads."""
    platform = lab.cluster.platform
    taking = {
        name: [each for each in service.expose if _is_large(each, service)] for name, service in lab.services.items()
    }
    through = [name for name, routes in taking.items() if any(map(platform.passes_ingress, routes))]
    traefik = traefik_of(lab)
    if through and traefik and not _has_time(traefik[1].values):
        path: Path = ("services", traefik[0], "values")
        yield UPLOADS_CUT.finding(
            path,
            f"Traefik takes 60 s at most to read a request, and {listed(through)} "
            f"{'takes' if len(through) == 1 else 'take'} large files: an upload that lasts longer is cut off",
            "write ports.websecure.transport.respondingTimeouts.readTimeout: 0s, or a longer time, in the values of "
            f"{traefik[0]}",
            facts={"services": tuple(through), "seconds": 60},
        )
    yield from _of_nginx(lab, taking)


def _is_large(exposure: Exposure, service: Service) -> bool:
    if exposure.max_body is not None:
        return exposure.max_body >= LARGE
    if isinstance(service, HelmService):
        return service.chart.name in TAKES_UPLOADS
    workload = exposure.workload
    config = service if workload is None else dict(getattr(service, "workloads", {})).get(workload, service)
    image: str = getattr(config, "image", None) or ""
    return short_name(image) in TAKES_UPLOADS


def _has_time(given: Mapping[str, Any]) -> bool:
    """Whether the entry point of HTTPS, or all of them, state a time to read."""
    if value(given, "ports", "websecure", "transport", "respondingTimeouts", "readTimeout") is not None:
        return True
    return any(".transport.respondingtimeouts.readtimeout=" in flag for flag in flags(given))


def _of_nginx(lab: Lab, taking: Mapping[str, list[Exposure]]) -> Iterator[Finding]:
    """Routes of an ingress-nginx of the lab, which states the body that it takes for all routes or for this one."""
    nginx = next((each for _, each in lab.charts("ingress-nginx")), None)
    if nginx is None or value(nginx.values, "controller", "config", "proxy-body-size") is not None:
        return
    of_class = value(nginx.values, "controller", "ingressClassResource", "name") or "nginx"
    for name, routes in taking.items():
        through = [each for each in routes if each.ingress_class == of_class]
        if through and _NGINX_BODY not in lab.services[name].annotations.route:
            yield UPLOADS_CUT.finding(
                ("services", name, "expose", lab.services[name].expose.index(through[0])),
                f"{name} takes large files through ingress-nginx, which answers 413 to a body of more than 1 MiB",
                f'write annotations: {{route: {{{_NGINX_BODY}: "0"}}}} in {name}, or controller.config.proxy-body-size '
                "in the values of the controller",
                facts={"bytes": 1 << 20},
            )
