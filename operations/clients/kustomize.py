"""Asks kustomize, or the one in kubectl, for the objects of a kustomization. It writes nowhere, and asks no cluster."""

import re
import shutil
import subprocess
from pathlib import Path

SECONDS = 60
"""That one folder may take, with what it names elsewhere."""
_LONGEST = 200
"""Characters of what it says; the cause is at the end."""
_LOGGED = re.compile(r'err=(?:<\n(?P<lines>.*)\n >|"(?P<line>.*)")', re.DOTALL)
"""An error as kubectl logs it."""
_WITHOUT_CHARTS = "must specify --enable-helm"


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
        if _WITHOUT_CHARTS in done.stderr:
            asked = f"{' '.join(command)} --enable-helm FOLDER > FILE"
            raise KustomizeFailed(f"is not run: it brings charts into the folder; run `{asked}`, and give that file")
        raise KustomizeFailed(f"is not run: {command[0]} says {_cause(done.stderr)!r}")
    return done.stdout


def _cause(said: str) -> str:
    logged = _LOGGED.search(said)
    words = (logged["lines"] or logged["line"]) if logged else (said.strip().splitlines() or ["nothing"])[0]
    words = " ".join(words.split()).removeprefix("error: ").removeprefix("Error: ")
    return words if len(words) <= _LONGEST else f"... {words[-_LONGEST:]}"


def _command() -> tuple[str, str] | None:
    for program, verb in (("kustomize", "build"), ("kubectl", "kustomize")):
        if shutil.which(program):
            return program, verb
    return None
