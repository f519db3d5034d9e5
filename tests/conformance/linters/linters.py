"""Linters of Kubernetes objects, run over rendered folders: how often each of their rules is broken."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rehearsal.tools import path_of
from tests.plan.labs import ROOT

REQUIREMENTS = ROOT / "requirements-checkov.txt"
UV = Path(sys.executable).parent / "uv"
PASSED = 10
"""Grade of kube-score for an object that keeps a rule."""


def kube_score(rendered: Path) -> Counter[str]:
    """Objects that break each rule of kube-score. Raises ToolMissing."""
    files = sorted(rendered.rglob("*.yaml"))
    arguments = ("score", "--kubernetes-version", "v1.34", "--ignore-container-cpu-limit", "--output-format", "json")
    checks = [check for each in _answer(path_of("kube-score"), *arguments, *files) for check in each["checks"] or ()]
    return Counter(each["check"]["id"] for each in checks if not each["skipped"] and each["grade"] < PASSED)


def install_checkov(folder: Path) -> Path:
    """Checkov in an environment of its own, since it needs older packages than the program."""
    subprocess.run([UV, "venv", "--quiet", "--python", sys.executable, folder], check=True)
    python = folder / "bin" / "python"
    install = (UV, "pip", "install", "--quiet", "--python", python, "--require-hashes", "--requirement", REQUIREMENTS)
    subprocess.run(install, check=True)
    return folder / "bin" / "checkov"


def checkov(program: Path, rendered: Path) -> Counter[str]:
    """Objects that break each rule of Checkov."""
    arguments = ("--directory", rendered, "--framework", "kubernetes", "--output", "json", "--quiet", "--compact")
    answer = _answer(program, *arguments, "--skip-download")
    assert answer["summary"]["parsing_errors"] == 0, answer["results"]["parsing_errors"]
    return Counter(each["check_id"] for each in answer["results"]["failed_checks"])


def _answer(program: Path, *arguments: object) -> Any:
    """JSON from a linter. Its exit code only says whether it found something."""
    done = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, check=False)
    try:
        return json.loads(done.stdout)
    except ValueError:
        raise AssertionError(f"{program.name} ended with {done.returncode}: {done.stderr[-2000:]}") from None


def differences(found: Mapping[str, int], counted: Mapping[str, int], left_out: Mapping[str, str]) -> list[str]:
    """Why the file of counts does not hold, a sentence for each rule."""
    return [
        *(f"{rule}: {found[rule]}, and {most} stand in the file: mend what is new, or say why it is left out"
          for rule in sorted(found.keys() - left_out.keys()) if found[rule] > (most := counted.get(rule, 0))),
        *(f"{rule}: only {found.get(rule, 0)}, and {most} stand in the file: write the smaller number there"
          for rule, most in sorted(counted.items()) if found.get(rule, 0) < most),
        *(f"{rule}: left out, and nothing breaks it: take it out of the file"
          for rule in sorted(left_out.keys() - found.keys())),
    ]  # fmt: skip
