"""The way to a live Proxmox."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer
import yaml

from config.folder import LABS, lab_folder
from config.source import is_mapping

if TYPE_CHECKING:
    from operations.clients.proxmox import ProxmoxHost

TOKEN = "PROXMOX_VE_API_TOKEN"
ENDPOINT = "PROXMOX_VE_ENDPOINT"

EndpointOption = Annotated[
    str | None,
    typer.Option(
        "--endpoint",
        envvar=ENDPOINT,
        help="URL of Proxmox, for example https://192.0.2.10:8006/; left out, that of the lab's stack.",
    ),
]
CaFileOption = Annotated[
    Path | None,
    typer.Option("--ca-file", exists=True, dir_okay=False, help="Certificates to trust, in PEM format."),
]
InsecureOption = Annotated[bool, typer.Option("--insecure", help="Accept any certificate.")]


class Reach(NamedTuple):
    """The options that say how Proxmox is reached."""

    endpoint: str | None
    ca_file: Path | None
    insecure: bool


def proxmox_of(lab: str, endpoint: str | None, ca_file: Path | None, insecure: bool) -> "ProxmoxHost":
    """The Proxmox of a lab, with the token in PROXMOX_VE_API_TOKEN. Asks nothing yet.

    Raises NotAnswered where it is not said how Proxmox is reached.
    """
    from cli.output import warn
    from operations.clients.proxmox import NotAnswered, ProxmoxHost

    url = endpoint or _endpoint_of_stack(lab)
    if url is None:
        raise NotAnswered(f"Where is Proxmox? Give --endpoint https://192.0.2.10:8006/, or set {ENDPOINT}.")
    token = os.environ.get(TOKEN)
    if not token:
        raise NotAnswered(f"There is no API token for Proxmox: set {TOKEN} to one, like user@realm!name=uuid.")
    if insecure:
        warn(f"the certificate of {url} is not checked: whoever stands between could read the token. Give --ca-file.")
    return ProxmoxHost(url, token, verify=False if insecure else str(ca_file or "") or True)


def _endpoint_of_stack(lab: str) -> str | None:
    """`homelab:proxmoxEndpoint` of the stack that is named like the lab and declares it."""
    folder = lab_folder(lab)
    try:
        text = (LABS.parents[1] / f"Pulumi.{folder.resolve().name}.yaml").read_text(encoding="utf-8")
        stack = yaml.load(text, yaml.CSafeLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return None
    config = stack.get("config") if is_mapping(stack) else None
    if not is_mapping(config) or lab_folder(str(config.get("homelab:lab"))).resolve() != folder.resolve():
        return None
    endpoint = config.get("homelab:proxmoxEndpoint")
    return endpoint if isinstance(endpoint, str) else None
