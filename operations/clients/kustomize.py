"""Asks kustomize, or the one in kubectl, for the objects of a kustomization. It writes nowhere, and asks no cluster."""

import shutil
import subprocess
from pathlib import Path

SECONDS = 60
"""That one folder may take, with what it names elsewhere."""
_LONGEST = 200
"""Characters of what it says."""


class KustomizeFailed(Exception):
    """A kustomization is not run; the message is the end of a sentence."""


def build(folder: Path) -> str:
    """The objects of a kustomization, as YAML. Raises KustomizeFailed."""
    command = _command()
    if command is None:
        raise KustomizeFailed("is not run: install kubectl or kustomize, or give what `kubectl kustomize` prints")
    try:
        done = subprocess.run([*command, str(folder)], capture_output=True, text=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise KustomizeFailed(f"is not run: {command[0]} did not answer within {SECONDS} s") from None
    if done.returncode:
        words = (done.stderr.strip().splitlines() or ["nothing"])[0].removeprefix("error: ").removeprefix("Error: ")
        raise KustomizeFailed(f"is not run: {command[0]} says {words[:_LONGEST]!r}")
    return done.stdout


def _command() -> tuple[str, str] | None:
    for program, verb in (("kustomize", "build"), ("kubectl", "kustomize")):
        if shutil.which(program):
            return program, verb
    return None
