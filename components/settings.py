"""The stack's settings."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pulumi

from config.endpoint import host_and_port
from config.folder import lab_folder
from config.site import token_variable


@dataclass(frozen=True)
class Settings:
    """Settings of a stack apart from its lab: how the lab is reached, and whether its machines exist."""

    lab: Path
    """Folder of the lab."""
    adopt: bool
    """Take over the machines that the lab says exist; False declares all of them as new."""
    proxmox_endpoint: str | None
    """None where the lab has no machines."""
    proxmox_insecure: bool
    """Accept any certificate."""
    proxmox_api_token: pulumi.Output[str] | None
    proxmox_ssh_username: str
    """User who writes snippets: Proxmox takes them only over SSH to the host."""
    proxmox_ssh_private_key: pulumi.Output[str] | None
    """None leaves it to the SSH agent."""
    kubeconfig: pulumi.Output[str] | None
    proxmox_api_tokens: Mapping[str, pulumi.Output[str]] = field(default_factory=dict[str, pulumi.Output[str]])
    """Tokens of the hosts that have an endpoint of their own, by host."""


def read_lab() -> Path:
    """The folder of the stack's lab. Raises RunError where it is not set."""
    return lab_folder(required(pulumi.Config("homelab"), "lab", "the name of a folder in config/labs/, or a path"))


def read_settings(*, machines: bool = True, own_endpoints: Iterable[str] = ()) -> Settings:
    """Read the stack's configuration. Without `machines` there is no Proxmox to reach, and hosts with `own_endpoints`
    need a token each.

    Raises RunError with one sentence about the first thing that is wrong.
    """
    config = pulumi.Config("homelab")
    return Settings(
        lab=read_lab(),
        adopt=boolean(config, "adopt", default=True),
        proxmox_endpoint=endpoint(required(config, "proxmoxEndpoint", "for example https://192.0.2.10:8006/"))
        if machines
        else None,
        proxmox_insecure=boolean(config, "proxmoxInsecure", default=False),
        proxmox_api_token=api_token(config) if machines else None,
        proxmox_ssh_username=config.get("proxmoxSshUsername") or "root",
        proxmox_ssh_private_key=secret(config.get("proxmoxSshPrivateKey")),
        kubeconfig=secret(config.get("kubeconfig")),
        proxmox_api_tokens={host: api_token_of(config, host) for host in own_endpoints},
    )


def required(config: pulumi.Config, key: str, meaning: str) -> str:
    """A setting that has no default."""
    value = config.get(key)
    if not value:
        raise pulumi.RunError(f"homelab:{key} is not set: run `pulumi config set homelab:{key} ...` ({meaning}).")
    return value


def boolean(config: pulumi.Config, key: str, *, default: bool) -> bool:
    """A setting that is true or false."""
    value = config.get(key, str(default).lower())
    if value not in ("true", "false"):
        raise pulumi.RunError(f"homelab:{key} is {value!r}: it must be true or false.")
    return value == "true"


def endpoint(value: str) -> str:
    """The URL of the Proxmox API, which is only served over TLS."""
    if host_and_port(value) is None:
        raise pulumi.RunError(f"homelab:proxmoxEndpoint is {value!r}: it must be like https://192.0.2.10:8006/.")
    return value


def api_token(config: pulumi.Config) -> pulumi.Output[str]:
    """The token from the stack's secrets, or else from the environment."""
    token = secret(config.get("proxmoxApiToken") or os.environ.get("PROXMOX_VE_API_TOKEN"))
    if token is None:
        raise pulumi.RunError(
            "There is no API token for Proxmox: run `pulumi config set --secret homelab:proxmoxApiToken`, which asks "
            "for one like user@realm!name=uuid, or set PROXMOX_VE_API_TOKEN."
        )
    return token


def api_token_of(config: pulumi.Config, host: str) -> pulumi.Output[str]:
    """The token of a host that has an endpoint of its own."""
    key, variable = f"proxmoxApiToken-{host}", token_variable(host)
    token = secret(config.get(key) or os.environ.get(variable))
    if token is None:
        raise pulumi.RunError(
            f"There is no API token for the Proxmox of {host}: run `pulumi config set --secret homelab:{key}`, which "
            f"asks for one like user@realm!name=uuid, or set {variable}."
        )
    return token


def secret(value: str | None) -> pulumi.Output[str] | None:
    """A value that the stack keeps encrypted; an empty one is as good as none."""
    return pulumi.Output.secret(value) if value else None
