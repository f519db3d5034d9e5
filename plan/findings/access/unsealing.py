"""A vault that somebody has to open by hand after each start."""

import re
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

_CHARTS = frozenset(
    {("https://helm.releases.hashicorp.com", "vault"), ("https://openbao.github.io/openbao-helm", "openbao")}
)
"""Of Vault and of OpenBao, whose values are known: where they are, and how they are called."""
_IMAGES = frozenset({"hashicorp/vault", "library/vault", "openbao/openbao", "openbao/openbao-ubi"})
_CONFIGURATIONS = ("VAULT_LOCAL_CONFIG", "BAO_LOCAL_CONFIG")
_SEAL = re.compile(r"(^|[\s{,])\"?seal\"?\s*[:\"{]")
_STORAGE = re.compile(r"\bstorage\b|\bbackend\b")
"""Words that each configuration of a server has."""


def unsealing_findings(lab: Lab) -> Iterator[Finding]:
    """A finding for each vault of the lab that names no seal."""
    secrets = lab.cluster.platform.secrets
    for vault in lab.services:
        if is_unsealed_by_hand(lab, vault):
            waiting = sum(
                any(each.secrets for _, each in service.containers_of(name))
                for name, service in lab.services.items()
                if secrets and secrets.vault == vault
            )
            yield VAULT_SEALED.finding(
                ("services", vault),
                f"{vault} names no seal in its {_place(lab, vault)}, so each of its pods waits until its keys are "
                "entered by hand after every start, also after a power cut"
                + (f"; {plural(waiting, 'service')} with secrets from it" if waiting else ""),
                f"run `{_program(lab, vault)} operator unseal` in each pod of {vault} after a start, or configure a "
                f"seal in its {_place(lab, vault)}",
                facts={"services": waiting},
            )


def _place(lab: Lab, vault: str) -> str:
    return "values" if isinstance(lab.services[vault], HelmService) else "configuration"


def _program(lab: Lab, vault: str) -> str:
    service = lab.services[vault]
    if isinstance(service, HelmService):
        return "bao" if service.chart.name == "openbao" else "vault"
    return "bao" if any("openbao" in each.image for _, each in service.containers_of(vault)) else "vault"


def is_unsealed_by_hand(lab: Lab, vault: str) -> bool:
    """Whether it is the project's own chart or image, and neither its configuration nor its environment names a seal.
    Of an image whose configuration is not in the lab nothing is known."""
    service = lab.services[vault]
    if isinstance(service, HelmService):
        return (
            (service.chart.repository.rstrip("/"), service.chart.name) in _CHARTS
            and not _names_a_seal(service.values)
            and not _is_in_development(service.values)
        )
    for part in service.parts(vault):
        started = (*part.workload.command, *part.workload.args)
        configured = [*part.workload.files.values(), *(part.workload.env.get(each, "") for each in _CONFIGURATIONS)]
        stated = [*configured, *part.workload.env, *(word for each in part.containers for word in each[1].command)]
        if _repository(part.workload.image) in _IMAGES and "server" in started and "-dev" not in started:
            return any(_STORAGE.search(each) for each in configured) and not _names_a_seal(stated)
    return False


def _repository(image: str) -> str:
    """The image's last two names: `hashicorp/vault`."""
    return "/".join(image.partition("@")[0].rsplit(":", 1)[0].split("/")[-2:])


def _names_a_seal(values: object) -> bool:
    if isinstance(values, Mapping):
        return any(
            "SEAL_TYPE" in str(key) or _names_a_seal(value) for key, value in cast(Mapping[str, Any], values).items()
        )
    if isinstance(values, list | tuple):
        return any(_names_a_seal(each) for each in cast(list[object], values))
    if not isinstance(values, str):
        return False
    return "SEAL_TYPE" in values or "unseal" in values or any(_SEAL.search(_said(line)) for line in values.splitlines())


def _said(line: str) -> str:
    return line.split("#")[0]


def _is_in_development(values: Mapping[str, Any]) -> bool:
    """A server of this mode is never sealed, and forgets everything."""
    server = values.get("server")
    dev = cast(Mapping[str, Any], server).get("dev") if isinstance(server, Mapping) else None
    return isinstance(dev, Mapping) and bool(cast(Mapping[str, Any], dev).get("enabled"))
