"""A project of one's own: a lab, and what Pulumi needs beside it, without a checkout of this program."""

import re
from collections.abc import Iterator
from pathlib import Path

from config.schema import COPIES
from operations.new.lab import lab_files, schema_files

STACK_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")
"""Names that Pulumi gives a stack, but for those that would be hidden."""
PROGRAM = """from components.program import run

run()
"""
PROJECT = """name: homelab
description: A homelab, from its virtual machines to its last service
runtime: python
# State lies in the folder state, its secrets encrypted with a passphrase. PULUMI_BACKEND_URL names another backend.
backend:
  url: file://./state
"""
STACK = """config:
  homelab:lab: labs/{0}
  homelab:proxmoxEndpoint: https://192.168.1.10:8006/
  # Nothing registers without its explicit provider.
  pulumi:disable-default-providers: [kubernetes, proxmoxve]
"""
IGNORED = """/state/*
!/state/.gitkeep
/.homelab/
/.pulumi-cli/
"""


def project_files(folder: Path, lab: str) -> Iterator[tuple[Path, str]]:
    """The files of a project with one lab, and their texts."""
    yield folder / "Pulumi.yaml", PROJECT
    yield folder / f"Pulumi.{lab}.yaml", STACK.format(lab)
    yield folder / "__main__.py", PROGRAM
    yield folder / ".gitignore", IGNORED
    yield folder / "state" / ".gitkeep", ""
    yield from schema_files(folder / COPIES[0])
    yield from lab_files(folder / "labs" / lab, folder / COPIES[0])
