"""A preview of prod from nothing by the real engine: `python -m benchmark.previewing`.

Prints CPU seconds and peak MiB, the engine and its plugins included, and the same with the SDK as it is, without what
`components/sdk_speed.py` works around.
"""

import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import yaml

from benchmark.process import ROOT
from components.sdk_speed import SWITCH
from operations.clients.pulumi import SKIPS_CHECKPOINTS
from rehearsal.installation import PLUGINS, install, missing

TOKEN = "user@pve!name=00000000-0000-0000-0000-000000000000"
COMMAND = ("pulumi", "preview", "--json", "--non-interactive")


class Cost(NamedTuple):
    """Of one preview."""

    cpu_seconds: float
    peak_mib: float
    """Of the largest process."""


def preview(folder: Path, *, plain: bool) -> Cost:
    """Preview prod on a new stack. Raises RuntimeError where that fails."""
    folder.mkdir()
    environment = {
        **os.environ,
        **install(folder, PLUGINS).environment,
        **SKIPS_CHECKPOINTS,
        "HOME": str(folder),
        "PROXMOX_VE_API_TOKEN": TOKEN,
        "PULUMI_CONFIG_PASSPHRASE": "of no use to anybody",
        "PYTHONPATH": str(ROOT),
        SWITCH: "1" if plain else "",
    }
    project = yaml.safe_load((ROOT / "Pulumi.yaml").read_text(encoding="utf-8"))
    del project["backend"]
    project["runtime"]["options"]["virtualenv"] = sys.prefix
    project["main"] = str(ROOT)
    (folder / "Pulumi.yaml").write_text(yaml.safe_dump(project), encoding="utf-8")
    settings = {"lab": "prod", "adopt": "false", "proxmoxEndpoint": "https://192.0.2.10:8006/"}
    commands = [
        ["stack", "init", "bench"],
        *(["config", "set", f"homelab:{key}", value] for key, value in settings.items()),
    ]
    for each in commands:
        subprocess.run(
            ["pulumi", *each, "--non-interactive"], cwd=folder, env=environment, stdout=sys.stderr, check=True
        )
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with (folder / "preview.json").open("w") as printed:
        done = subprocess.run(
            ["pulumi", "preview", "--json", "--non-interactive"],
            cwd=folder,
            env=environment,
            stdout=printed,
            check=False,
        )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise RuntimeError((folder / "preview.json").read_text(encoding="utf-8")[-2000:])
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(used, after.ru_maxrss / 1024)


def main() -> None:
    """Preview it both ways, and print what that cost."""
    if reason := missing(PLUGINS):
        sys.exit(f"not run: {reason}")
    with tempfile.TemporaryDirectory() as folder:
        quick = preview(Path(folder) / "quick", plain=False)
        plain = preview(Path(folder) / "plain", plain=True)
    print(*quick, *plain)


if __name__ == "__main__":
    main()
