"""Secrets that cross the pod network in clear."""

from collections.abc import Iterable, Iterator

from config.lab import Lab
from config.source import Path
from plan.model import Manifest, Service
from plan.model.fields import text, value
from plan.model.findings import Finding, Rule, Severity
from plan.model.metadata import api_group
from plan.workloads.secrets import STORE

SECRETS_IN_CLEAR = Rule(
    "SECRETS-IN-CLEAR",
    ("warning", "info"),
    title="Secrets are asked for without TLS, or of whoever answers",
    meaning=(
        "Vault is asked by plain HTTP: whoever reads along on the way reads the token and every secret, and whoever "
        "answers in Vault's place is believed. The latter is so, too, where its certificate is not checked. On the "
        "way are the pod network, the nodes and the network between them. Pod networks that encrypt between nodes are "
        "known by the values of Calico (`wireguardEnabled`) and Cilium (`encryption`), and by Calico's "
        "FelixConfiguration; then nothing is said. Where no service of the lab installs the pod network it may do so "
        "as well, and the finding is a note."
    ),
    remedy=(
        "Give Vault a certificate for its name in the cluster, have it listen with TLS, and name the certificate's "
        "authority under `platform.secrets.authority`."
    ),
)

_PLAIN = "http://"
_OF_THIS_POD = ("http://127.", "http://localhost", "http://[::1]")
_ADDRESS_VARIABLES = ("VAULT_ADDR", "BAO_ADDR")
_SERVERS = {
    ("external-secrets.io", "ClusterSecretStore"): ("spec", "provider", "vault", "server"),
    ("external-secrets.io", "SecretStore"): ("spec", "provider", "vault", "server"),
    ("secrets.hashicorp.com", "VaultConnection"): ("spec", "address"),
    ("cert-manager.io", "Issuer"): ("spec", "vault", "server"),
    ("cert-manager.io", "ClusterIssuer"): ("spec", "vault", "server"),
}
"""Where objects say at which address Vault is, by API group and kind."""
_SKIPS = ("VAULT_SKIP_VERIFY", "BAO_SKIP_VERIFY")
_TRUE = ("1", "t", "true")
"""Texts that Vault's own client takes for true, in lower case."""

_BY_CALICO = ("defaultFelixConfiguration", "wireguardEnabled")
_BY_CILIUM = ("encryption", "enabled")


def clear_secret_findings(lab: Lab, services: Iterable[Service]) -> Iterator[Finding]:
    """A finding for each store and each client that asks Vault without TLS between the nodes."""
    services = tuple(services)
    if _encrypts_pod_network(lab, services):
        return
    for service in services:
        for each in service.objects:
            server = text(each, *_SERVERS.get((api_group(each), each["kind"]), ("",)))
            if _is_plain(server):
                yield _of_store(lab, service, each, server)
            elif each["kind"] == "VaultConnection" and value(each, "spec", "skipTLSVerify") is True:
                yield _unchecked(lab, service.name, f"the VaultConnection {each['metadata']['name']}", "skipTLSVerify")
    for name, service in lab.services.items():
        for path, container in service.containers_of(name):
            for variable in _SKIPS:
                if container.env.get(variable, "").lower() in _TRUE:
                    yield _unchecked(lab, name, name, variable, (*path, "env", variable))
            for variable in _ADDRESS_VARIABLES:
                if _is_plain(address := container.env.get(variable, "")):
                    yield SECRETS_IN_CLEAR.finding(
                        (*path, "env", variable),
                        f"{name} asks Vault at {address}: its token and its secrets cross the pod network in clear",
                        "have Vault listen with TLS, write https://, and give the container the authority's "
                        "certificate (VAULT_CACERT)",
                        severity=_severity(lab),
                        facts={"address": address},
                    )


def _unchecked(lab: Lab, name: str, who: str, switch: str, path: Path = ()) -> Finding:
    return SECRETS_IN_CLEAR.finding(
        path or ("services", name),
        f"{who} takes any certificate for Vault's ({switch}): whoever answers in its place gets the token",
        f"take {switch} out, and name the authority of Vault's certificate",
        about=who,
        severity=_severity(lab),
    )


def _of_store(lab: Lab, service: Service, store: Manifest, server: str) -> Finding:
    name = store["metadata"]["name"]
    secrets = lab.cluster.platform.secrets
    is_ours = secrets is not None and (service.name, store["kind"], name) == (
        secrets.operator,
        "ClusterSecretStore",
        STORE,
    )
    path: Path = ("cluster", "platform", "secrets") if is_ours else ("services", service.name)
    return SECRETS_IN_CLEAR.finding(
        path,
        f"the {store['kind']} {name} asks Vault at {server}: every secret of its services crosses the pod network in "
        "clear",
        "have Vault listen with TLS, and name its authority: authority, with certificate, secret or config_map"
        if is_ours
        else "have Vault listen with TLS, and write https:// with its authority",
        about=f"{store['kind']}/{name}",
        severity=_severity(lab),
        facts={"address": server},
    )


def _severity(lab: Lab) -> Severity:
    """A pod network that the lab does not have may encrypt."""
    return "warning" if lab.cluster.platform.pod_network else "info"


def _is_plain(address: str) -> bool:
    lowered = address.strip().lower()
    return lowered.startswith(_PLAIN) and not lowered.startswith(_OF_THIS_POD)


def _encrypts_pod_network(lab: Lab, services: Iterable[Service]) -> bool:
    """Whether values or objects say that the network plugin encrypts between nodes."""
    for service in services:
        if service.name == lab.cluster.platform.pod_network and service.release is not None:
            values = service.release.values
            if True in (value(values, *_BY_CILIUM), value(values, *_BY_CALICO)):
                return True
        for each in service.objects:
            if each["kind"] == "FelixConfiguration" and value(each, "spec", "wireguardEnabled") is True:
                return True
    return False
