"""Values of Kyverno that make its webhooks stand in the way of what they need themselves."""

from collections.abc import Iterator

from config.lab import Lab
from config.service import HelmService
from plan.findings.services.service import WEBHOOK_FAILS_CLOSED
from plan.model.fields import mapping, value
from plan.model.findings import Finding


def kyverno_value_findings(lab: Lab) -> Iterator[Finding]:
    """A finding for each Kyverno whose webhooks are asked about its own namespace or that of the control plane."""
    for name, service in lab.services.items():
        if not isinstance(service, HelmService) or service.chart.name != "kyverno":
            continue
        selector = mapping(service.values, "config", "webhooks", "namespaceSelector")
        is_open = "matchExpressions" in selector and "kube-system" not in str(selector)
        own = value(service.values, "config", "excludeKyvernoNamespace") is False
        stated = ["config.webhooks.namespaceSelector"] * is_open + ["config.excludeKyvernoNamespace"] * own
        if stated:
            asked = " and ".join(["kube-system"] * is_open + ["its own namespace"] * own)
            yield WEBHOOK_FAILS_CLOSED.finding(
                ("services", name, "values"),
                f"{' and '.join(stated)} in the values of {name} let its webhooks be asked about {asked}: while no pod "
                "of it answers, the API server refuses the pods there too, and nothing starts",
                f"take {' and '.join(stated)} out of the values of {name}",
                about="system",
            )
