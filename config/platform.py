"""The services of the lab that others stand on, in `cluster.yaml`: where secrets come from, routes, GPUs, alerts."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from config.ingress import Gateway, Ingress, PublicDns
from config.kubernetes import LabelKey, LabelValue, ResourceName, SecretKey
from config.model import Model, Name, text_like
from config.service.exposure import Exposure

Certificates = Annotated[
    str,
    text_like(
        r"^(-----BEGIN CERTIFICATE-----\n[A-Za-z0-9+/=\n]+-----END CERTIFICATE-----\n?)+$",
        "certificates in PEM, each from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----",
    ),
]


class GpuSharing(Model):
    """How the pods of the lab share its GPUs."""

    operator: Name
    """The service that installs the GPU operator."""
    feature_discovery: Name
    """The service that installs Node Feature Discovery, which labels and taints the node that has the card."""
    time_slices: Annotated[int, Field(ge=1, le=10_000)]
    """How many pods may hold `nvidia.com/gpu: 1` of one card at once. They share its memory without isolation."""
    video_memory_resource: ResourceName
    """The extended resource, in MiB, that video memory is budgeted as."""
    video_memory_mib: Annotated[int, Field(gt=0, le=100_000_000)]
    """How much of it a card advertises, unless the card states a `budget_mib`: what it has, less what the driver
    needs."""


class VaultAuthority(Model):
    """The authority that signed Vault's certificate: its own certificate, which is no secret, here or in an object."""

    certificate: Certificates | None = None
    """In PEM; several, one below the other, while one takes over from another."""
    secret: Name | None = None
    """A Secret that has it, as cert-manager writes it."""
    config_map: Name | None = None
    """A ConfigMap that has it, as trust-manager writes it."""
    namespace: Name | None = None
    """The namespace of that object; left out, that of Vault."""
    key: SecretKey = "ca.crt"
    """The key of that object."""

    @model_validator(mode="after")
    def _at_one_place(self) -> Self:
        if [self.certificate, self.secret, self.config_map].count(None) != 2:
            raise ValueError("say one of certificate, secret and config_map")
        return self


class Secrets(Model):
    """Where secrets come from: Vault, through the External Secrets operator."""

    operator: Name
    """The service that fetches them: External Secrets."""
    vault: Name
    """The service that is the Vault."""
    mount: Name = "secret"
    """The mount of its key-value store."""
    role: Name = "external-secrets"
    """The role in which External Secrets signs in to it."""
    authority: VaultAuthority | None = None
    """With it secrets are asked for over TLS, and Vault's certificate has to be for `NAME.NAMESPACE.svc.cluster.local`;
    left out, secrets cross the pod network in clear."""


class Watching(Model):
    """Service that monitors the lab: it gets the rules for alerts, and the dashboards are next to it."""

    service: Name
    """The service that installs Prometheus. Its rules are PrometheusRule objects where the lab has the Prometheus
    operator, else values of the chart `prometheus`."""
    rule_labels: dict[LabelKey, LabelValue] = {}
    """Labels by which the operator's Prometheus selects rules, for example `release: prometheus`."""


class Platform(Model):
    """Services of the lab that other services rely on."""

    policy_engine: Name | None = None
    """The service that installs Kyverno; left out, nothing governs the tiers' namespaces."""
    policies: Literal["deny", "audit"] = "deny"
    """Whether the policies on pods refuse what breaks them, or only report it: `audit` first, where a cluster moves in
    whose pods were never judged. Limit ranges and quotas refuse in any case."""
    tier_label: LabelKey = "tier"
    """The label of namespaces that holds their tier, for example `example.com/tier`."""
    tier_of_namespaces: Literal["label or prefix", "label"] = "label or prefix"
    """The tier of a namespace made by hand is in its label. With `label or prefix`, one whose name begins with a tier,
    as `4-aux-cyberchef`, gets that label."""
    kubelet_certificates: Name | None = None
    """The service that approves the serving certificates that kubelets ask the cluster for, such as
    kubelet-csr-approver; left out, each kubelet signs its own, which nobody can check."""
    pod_network: Name | None = None
    """The service that installs the network plugin, before anything that needs a pod to start; left out, the
    plugin is there already."""
    recommender: Name | None = None
    """The service that installs the Vertical Pod Autoscaler; it only ever recommends."""
    databases: Name | None = None
    """The service that installs CloudNativePG; required for services of kind postgres."""
    ingress: Ingress | None = None
    """The ingress controller, and who asks visitors to sign in."""
    gateways: dict[Name, Gateway] = {}
    """Gateways of the Gateway API, by the name under which services choose one."""
    public_dns: PublicDns | None = None
    """Left out, no route may ask for a public record."""
    secrets: Secrets | None = None
    """Where secrets come from."""
    gpu: GpuSharing | None = None
    """How the GPUs are shared."""
    watching: Watching | None = None
    """Left out, the program makes no alerts and no dashboards."""

    def gateway_of(self, exposure: Exposure) -> Gateway | None:
        """The Gateway that an exposure is reached through; None where it is an ingress controller, or unknown."""
        if exposure.gateway is not None:
            return self.gateways.get(exposure.gateway)
        if self.ingress is not None or exposure.ingress_class is not None or exposure.traefik is not None:
            return None
        return next(iter(self.gateways.values()), None)

    def passes_ingress(self, exposure: Exposure) -> bool:
        """Whether an exposure is reached through the lab's ingress controller."""
        return self.ingress is not None and exposure.gateway is None and exposure.ingress_class is None
