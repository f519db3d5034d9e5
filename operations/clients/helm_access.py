"""How Helm is told where a chart is, and who asks for it. It reads a password from its input or a file for the owner
alone: everybody on a machine reads the command line of a program."""

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from plan.model.fields import mapping, text

_OWN = "homelab"
"""The name of a repository in the file of repositories."""


class Access(NamedTuple):
    """Arguments of `helm template`, and of the command that goes before it, if one is needed."""

    chart: tuple[str, ...]
    before: tuple[str, ...] = ()
    password: str = ""
    """Input of that command."""


def access(inputs: Mapping[str, Any], folder: Path) -> Access:
    """The way to the chart of a release; what is secret is written into the folder."""
    chart = text(inputs, "chart")
    repository = mapping(inputs, "repositoryOpts")
    address, user, password = (text(repository, key) for key in ("repo", "username", "password"))
    if not user and not password:
        return Access((chart, "--repo", address) if address else (chart,))
    if not address:
        signed = base64.b64encode(f"{user}:{password}".encode()).decode()
        logins = folder / "logins.json"
        logins.touch(mode=0o600)
        logins.write_text(json.dumps({"auths": {urlsplit(chart).netloc: {"auth": signed}}}), encoding="utf-8")
        return Access((chart, "--registry-config", str(logins)))
    files = ("--repository-config", str(folder / "repositories.yaml"), "--repository-cache", str(folder))
    signing = ("--username", user, "--password-stdin")
    return Access((f"{_OWN}/{chart}", *files), ("repo", "add", _OWN, address, *signing, *files), password)
