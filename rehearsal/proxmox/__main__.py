"""Runs an emulated Proxmox by hand, until it is interrupted."""

import argparse
import threading
from contextlib import suppress
from pathlib import Path

from rehearsal.proxmox.emulator import emulator

parser = argparse.ArgumentParser(prog="python -m rehearsal.proxmox", description=__doc__)
parser.add_argument("state", nargs="?", type=Path, default=Path(__file__).parent / "host.yaml", help="YAML or JSON")
parser.add_argument("--port", type=int, default=0, help="a free one by default")
parser.add_argument("--log", type=Path, help="a file that each request is appended to")
arguments = parser.parse_args()

with (
    emulator(arguments.state, port=arguments.port, log=arguments.log) as proxmox,
    suppress(KeyboardInterrupt),
):
    print(f"endpoint: {proxmox.endpoint}\ntoken:    {proxmox.token}\nCA file:  {proxmox.ca_file}", flush=True)
    threading.Event().wait()
