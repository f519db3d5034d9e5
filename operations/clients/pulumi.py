"""The Pulumi command line, asked in JSON."""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from plan.model.fields import entries, text


class PulumiFailed(Exception):
    """The command line is not here, or has failed; the message is one sentence."""


class Preview(NamedTuple):
    """What a preview printed, and the file for an import that it wrote."""

    printed: dict[str, Any]
    import_file: dict[str, Any]


class Pulumi:
    """The engine, on one stack of the program in `folder`."""

    def __init__(self, stack: str, folder: Path, environment: Mapping[str, str] | None = None) -> None:
        self._stack = stack
        self._folder = folder
        self._environment = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true", **(environment or {})}

    def preview(self) -> Preview:
        """Preview the program. Raises PulumiFailed."""
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "import.json")
            printed = json.loads(self._run("preview", "--json", "--import-file", str(file)) or "{}")
            imports = file.read_text(encoding="utf-8") if file.exists() else "{}"
        return Preview(printed, json.loads(imports))

    def up(self, targets: Iterable[str]) -> None:
        """Apply some resources of the program alone. Raises PulumiFailed."""
        patterns = [argument for pattern in targets for argument in ("--target", pattern)]
        self._run("up", "--yes", "--skip-preview", *patterns)

    def export(self) -> dict[str, Any]:
        """The state, with its secrets encrypted. Raises PulumiFailed."""
        return json.loads(self._run("stack", "export"))

    def import_file(self, content: str) -> None:
        """Import resources by a file with their inputs and outputs: nothing is read or written elsewhere.

        The file holds the content of Secrets: it is readable for its owner alone, and gone afterwards.

        Raises PulumiFailed.
        """
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "import.json")
            file.touch(mode=0o600)
            file.write_text(content, encoding="utf-8")
            self._run(
                "import",
                "--file",
                str(file),
                "--yes",
                "--skip-preview",
                "--generate-code=false",
                "--protect=false",
            )

    def _run(self, *arguments: str) -> str:
        program = shutil.which("pulumi", path=self._environment.get("PATH"))
        if program is None:
            raise PulumiFailed("pulumi is not on PATH: install its command line, of version 3.254 or newer")
        command = [program, *arguments, "--stack", self._stack, "--non-interactive"]
        done = subprocess.run(
            command,
            cwd=self._folder,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise PulumiFailed(f"pulumi {' '.join(arguments[:2])} failed: {_reason(done.stdout, done.stderr)}")
        return done.stdout


def _reason(printed: str, errors: str) -> str:
    """The first error that it tells: a failed preview prints its JSON all the same."""
    try:
        for each in entries(json.loads(printed), "diagnostics"):
            if text(each, "severity") == "error":
                return _first_line(text(each, "message"))
    except ValueError:
        pass
    said = (line.strip() for line in (*errors.splitlines(), *printed.splitlines()))
    told = next((line for line in said if line.startswith("error: ")), "")
    return _first_line(told) or _first_line(errors) or _first_line(printed) or "it says nothing"


def _first_line(message: str) -> str:
    lines = (line.strip() for line in message.splitlines())
    return next((line.removeprefix("error: ") for line in lines if line), "")
