"""Routes to names outside of the cluster, which an ingress controller may not follow."""

from collections.abc import Iterator

from config.lab import Lab
from config.objects import as_lists
from config.service import ExternalService, HelmService
from plan.model.fields import value, values
from plan.model.findings import Finding, Rule

EXTERNAL_NAME_NOT_FOLLOWED = Rule(
    "EXTERNAL-NAME-NOT-FOLLOWED",
    "error",
    title="A route leads to a name that Traefik does not follow",
    meaning=(
        "A host with `host_name` is a Kubernetes Service of type ExternalName. Traefik leads to none of these unless "
        "its settings say so, since whoever may write a Service could else reach anything by it: it logs an error, and "
        "visitors get 404."
    ),
    remedy=(
        "State the host's `address`, or allow such Services in the values of the ingress controller: "
        "`providers: {kubernetesIngress: {allowExternalNameServices: true}}`."
    ),
)
_FLAG = "--providers.kubernetesingress.allowexternalnameservices"


def external_name_findings(lab: Lab) -> Iterator[Finding]:
    """Routes through the lab's ingress controller, where its values are in the lab."""
    platform = lab.cluster.platform
    if platform.ingress is None:
        return
    controller = lab.services[platform.ingress.controller]
    if not isinstance(controller, HelmService) or _follows(controller):
        return
    for name, service in lab.services.items():
        if not isinstance(service, ExternalService) or service.host_name is None:
            continue
        if any(platform.passes_ingress(each) for each in service.expose):
            yield EXTERNAL_NAME_NOT_FOLLOWED.finding(
                ("services", name, "host_name"),
                f"{name} is {service.host_name}, and Traefik does not follow names: its route answers 404",
                "state its address, or write `providers: {kubernetesIngress: {allowExternalNameServices: true}}` in "
                f"the values of {platform.ingress.controller}",
            )


def _follows(controller: HelmService) -> bool:
    settings = as_lists(controller.values)
    if value(settings, "providers", "kubernetesIngress", "allowExternalNameServices") is True:
        return True
    flags = (flag for key in ("additionalArguments", "globalArguments") for flag in values(settings, key))
    return any(str(flag).lower() in (_FLAG, f"{_FLAG}=true") for flag in flags)
