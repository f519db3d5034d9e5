"""A vault that somebody has to open by hand after each start."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from config.lab import Lab
from config.service import HelmService
from plan.model.findings import Finding, Rule
from plan.wording import plural

VAULT_SEALED = Rule(
    "VAULT-SEALED",
    "info",
    title="Vault has to be unsealed by hand after each start",
    meaning=(
        "Vault starts sealed, and gives out nothing until enough of its keys were entered. Unless its configuration "
        "names a seal that something else holds, that is done by hand: after a power cut, and for each pod that moves "
        "to another node. Until then External Secrets renews nothing, and a service that is new, or whose secret is "
        "gone, does not start."
    ),
    remedy=(
        'Know where the keys are and who enters them; or configure a seal (`seal "transit"` with a second Vault, or '
        "a cloud's key service)."
    ),
)

REPOSITORIES = ("https://helm.releases.hashicorp.com", "https://openbao.github.io/openbao-helm")
"""Of the charts of Vault and of OpenBao, whose values are known."""


def unsealing_findings(lab: Lab) -> Iterator[Finding]:
    """A finding for the lab's vault if its values name no seal."""
    secrets = lab.cluster.platform.secrets
    if secrets is None or not is_unsealed_by_hand(lab, secrets.vault):
        return
    waiting = sum(
        any(each.secrets for _, each in service.containers_of(name)) for name, service in lab.services.items()
    )
    yield VAULT_SEALED.finding(
        ("services", secrets.vault),
        f"{secrets.vault} names no seal in its values, so each of its pods waits until its keys are entered by hand "
        f"after every start, also after a power cut; {plural(waiting, 'service')} with secrets from it",
        f"run `vault operator unseal` in each pod of {secrets.vault} after a start, or configure a seal in its values",
        facts={"services": waiting},
    )


def is_unsealed_by_hand(lab: Lab, vault: str) -> bool:
    """Whether it is the project's own chart, and neither its configuration nor its environment names a seal."""
    service = lab.services[vault]
    return (
        isinstance(service, HelmService)
        and service.chart.repository.rstrip("/") in REPOSITORIES
        and not _names_a_seal(service.values)
        and not _is_in_development(service.values)
    )


def _names_a_seal(values: object) -> bool:
    if isinstance(values, Mapping):
        return any(
            "SEAL_TYPE" in str(key) or _names_a_seal(value) for key, value in cast(Mapping[str, Any], values).items()
        )
    if isinstance(values, list | tuple):
        return any(_names_a_seal(each) for each in cast(list[object], values))
    if not isinstance(values, str):
        return False
    return "SEAL_TYPE" in values or any(
        line.split("#")[0].lstrip().startswith(("seal ", '"seal"')) for line in values.splitlines()
    )


def _is_in_development(values: Mapping[str, Any]) -> bool:
    """A server of this mode is never sealed, and forgets everything."""
    server = values.get("server")
    dev = cast(Mapping[str, Any], server).get("dev") if isinstance(server, Mapping) else None
    return isinstance(dev, Mapping) and bool(cast(Mapping[str, Any], dev).get("enabled"))
