"""The way to a live Proxmox."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer
import yaml

from cli.program import project_folders
from config.folder import lab_folder
from config.site import token_variable
from config.source import is_mapping

if TYPE_CHECKING:
    from operations.clients.proxmox import ProxmoxHost
    from operations.preflight import Part

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
    from operations.clients.proxmox import NotAnswered

    url = endpoint or _endpoint_of_stack(lab)
    if url is None:
        stack = f"homelab:proxmoxEndpoint in Pulumi.{lab_folder(lab).resolve().name}.yaml of the project"
        raise NotAnswered(f"Where is Proxmox? Give --endpoint https://192.0.2.10:8006/, or set {ENDPOINT} or {stack}.")
    return _asked(url, TOKEN, Reach(endpoint, ca_file, insecure))


def own_proxmox_of(host: str, endpoint: str, reach: Reach) -> "ProxmoxHost":
    """The Proxmox of a host that has an endpoint of its own, with a token of its own. Asks nothing yet.

    Raises NotAnswered where there is no token.
    """
    return _asked(endpoint, token_variable(host), reach)


def proxmox_of_part(lab: str, part: "Part", reach: Reach) -> "ProxmoxHost":
    """The Proxmox that has a part of a plan. Asks nothing yet. Raises NotAnswered."""
    if part.host is None or part.endpoint is None:
        return proxmox_of(lab, *reach)
    return own_proxmox_of(part.host, part.endpoint, reach)


def _asked(url: str, variable: str, reach: Reach) -> "ProxmoxHost":
    from cli.output import warn
    from operations.clients.proxmox import NotAnswered, ProxmoxHost

    token = os.environ.get(variable)
    if not token:
        raise NotAnswered(f"There is no API token for {url}: set {variable} to one, like user@realm!name=uuid.")
    if reach.insecure:
        warn(f"the certificate of {url} is not checked: whoever stands between could read the token. Give --ca-file.")
    return ProxmoxHost(url, token, verify=False if reach.insecure else str(reach.ca_file or "") or True)


def _endpoint_of_stack(lab: str) -> str | None:
    """`homelab:proxmoxEndpoint` of the stack that is named like the lab and declares it."""
    folder = lab_folder(lab).resolve()
    for project in project_folders(lab):
        config = _config_of(project / f"Pulumi.{folder.name}.yaml")
        endpoint = config.get("homelab:proxmoxEndpoint")
        if _declared(project, str(config.get("homelab:lab"))) == folder and isinstance(endpoint, str):
            return endpoint
    return None


def _config_of(stack_file: Path) -> Mapping[str, object]:
    try:
        stack = yaml.load(stack_file.read_text(encoding="utf-8"), yaml.CSafeLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return {}
    config = stack.get("config") if is_mapping(stack) else None
    return config if is_mapping(config) else {}


def _declared(project: Path, lab: str) -> Path:
    """The lab's folder as the program finds it, which runs in the project's folder."""
    return (project / lab if os.sep in lab else lab_folder(lab)).resolve()
