"""The Pulumi command line, asked in JSON."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from config.scratch import scratch_folder
from operations.clients.state_files import StateFiles, state_files
from operations.guard.ways_out import WAYS_OUT
from plan.model.fields import entries, text


class PulumiFailed(Exception):
    """The command line is not here, or has failed; the message is one sentence."""


class Preview(NamedTuple):
    """Output of a preview, and the file for an import that it wrote."""

    printed: dict[str, Any]
    import_file: dict[str, Any]


BROUGHT = Path(__file__).resolve().parents[2] / ".pulumi-cli"
"""Where `make pulumi` installs the command line."""
NOT_HERE = (
    "pulumi is not on PATH: in a checkout, `make pulumi` installs its command line or says why it cannot; elsewhere, "
    "install it as https://www.pulumi.com/docs/install/ says"
)
UNREADABLE = "failed to load checkpoint: EOF"
"""Words of the engine about a state beside which a kill left an empty file of attributes (pulumi v3.274, a backend of
files without `metadata=skip`): there is no other sign of it."""
CUT_OFF = "failed to load checkpoint: place"
"""Words of the engine about a state that is no JSON (the same version): a full disk cuts it off, and its copy too."""
SKIPS_CHECKPOINTS = {"PULUMI_EXPERIMENTAL": "true", "PULUMI_SKIP_CHECKPOINTS": "true"}
"""For previews alone: they change no state, which the engine would write anew for each resource. An `up` that is killed
would lose its state."""


class Look(NamedTuple):
    """A preview as the engine printed it."""

    text: str
    """JSON; of a preview that failed too, with its errors in it."""
    saved: bool
    """Whether the engine wrote a plan that an `up` can be held to: it does so where the preview did not fail."""


class Pulumi:
    """The engine, on one stack of the program in `folder`."""

    def __init__(self, stack: str, folder: Path, environment: Mapping[str, str] | None = None) -> None:
        self.stack = stack
        self.folder = folder
        defaults = {"PULUMI_SKIP_UPDATE_CHECK": "true", "PULUMI_PYTHON_CMD": sys.executable}
        self.environment = {**defaults, **os.environ, **(environment or {})}

    def preview(self) -> Preview:
        """Preview the program. Raises PulumiFailed."""
        with scratch_folder() as folder:
            file = folder / "import.json"
            printed = json.loads(self._run("preview", "--json", "--import-file", str(file)) or "{}")
            imports = file.read_text(encoding="utf-8") if file.exists() else "{}"
        return Preview(printed, json.loads(imports))

    def look(self, saved_plan: Path) -> Look:
        """Preview the program, and have the engine write down what it would do. Raises PulumiFailed."""
        done = self._start("preview", "--json", "--save-plan", str(saved_plan), environment=SKIPS_CHECKPOINTS)
        if not done.stdout.lstrip().startswith("{"):
            raise self._failed("preview", done)
        return Look(done.stdout, saved_plan.exists())

    def up(self, targets: Iterable[str]) -> None:
        """Apply some resources of the program alone. Raises PulumiFailed."""
        self.expect_room()
        patterns = [argument for pattern in targets for argument in ("--target", pattern)]
        self._run("up", "--yes", "--skip-preview", *patterns)

    def export(self) -> dict[str, Any]:
        """The state, with its secrets encrypted. Raises PulumiFailed."""
        return json.loads(self.export_text())

    def export_text(self) -> str:
        """The same as JSON. Raises PulumiFailed."""
        return self._run("stack", "export")

    def kubeconfig(self) -> str | None:
        """The kubeconfig that the stack's last `up` used; None where there is none yet."""
        done = self._start("stack", "output", "kubeconfig", "--show-secrets")
        text = done.stdout.strip()
        return None if done.returncode or not text else text + "\n"

    def import_file(self, content: str) -> None:
        """Import resources by a file with their inputs and outputs: nothing is read or written elsewhere.

        The file holds the content of Secrets: it is readable for its owner alone, and gone afterwards.

        Raises PulumiFailed.
        """
        self.expect_room()
        with scratch_folder() as folder:
            file = folder / "import.json"
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

    def expect_room(self) -> None:
        """Raises PulumiFailed where the disk of the state takes no more of it."""
        files = self._state_files
        if files and (lacking := files.lacks_room()):
            raise PulumiFailed(lacking)

    @property
    def _state_files(self) -> StateFiles | None:
        return state_files(self.folder, self.stack, self.environment)

    def command(self, *arguments: str) -> list[str]:
        """A command line of the engine, for this stack. Raises PulumiFailed where there is no engine."""
        places = os.pathsep.join((self.environment.get("PATH", ""), str(BROUGHT / "bin")))
        program = shutil.which("pulumi", path=places)
        if program is None:
            raise PulumiFailed(NOT_HERE)
        return [program, *arguments, "--stack", self.stack, "--non-interactive"]

    def _run(self, *arguments: str) -> str:
        done = self._start(*arguments)
        if done.returncode:
            raise self._failed(" ".join(arguments[:2]), done)
        return done.stdout

    def _failed(self, command: str, done: subprocess.CompletedProcess[str]) -> PulumiFailed:
        reason = reason_of(done.stdout, done.stderr)
        return PulumiFailed(f"pulumi {command} failed: {reason}{self._way_out(done.stderr)}")

    def _way_out(self, errors: str) -> str:
        if UNREADABLE in errors:
            (command,) = WAYS_OUT["attributes cut off"].commands
            cause = "An `up` was killed while it wrote the attributes of the state, which itself is whole"
            return f". {cause}: run `{command}`"
        if CUT_OFF in errors and (files := self._state_files) and (command := files.way_back()):
            return (
                ". The state was cut off, as by a full disk. Make room, and take its last whole copy, which has "
                f"nothing of what was made since: run `{command}`"
            )
        return ""

    def _start(self, *arguments: str, environment: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*arguments),
            cwd=self.folder,
            env={**self.environment, **(environment or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )


def reason_of(printed: str, errors: str) -> str:
    """The first error that it reports: a failed preview prints its JSON all the same."""
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
    """Its first line, and those that one ending in a colon announces."""
    told: list[str] = []
    for line in filter(
        None, (line.strip().removeprefix("error: ").removeprefix("* ") for line in message.splitlines())
    ):
        told.append(line)
        if not line.endswith(":"):
            break
    return " ".join(told)
