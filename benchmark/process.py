"""Cost of a command as a whole process."""

import os
import resource
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
RUNS = 7


@dataclass(frozen=True)
class Cost:
    """Medians over several runs."""

    cpu_seconds: float
    """User and system time."""
    peak_mib: float
    """Largest resident size."""


def cost_of(*arguments: str, runs: int = RUNS) -> Cost:
    """Run a Python command several times, after once to warm up; a single run is not. Raises RuntimeError when it
    fails."""
    usages = [_run(arguments) for _ in range(runs + 1 if runs > 1 else 1)][-runs:]
    return Cost(
        cpu_seconds=median(usage.ru_utime + usage.ru_stime for usage in usages),
        peak_mib=median(usage.ru_maxrss for usage in usages) / 1024,
    )


def output_of(*arguments: str) -> str:
    """Output of a Python command."""
    return subprocess.run(
        _command(arguments), cwd=ROOT, env=_environment(), check=True, capture_output=True, text=True
    ).stdout


def _run(arguments: tuple[str, ...]) -> resource.struct_rusage:
    process = subprocess.Popen(_command(arguments), cwd=ROOT, env=_environment(), stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status):
        raise RuntimeError(f"failed: {' '.join(arguments)}")
    return usage


def _command(arguments: tuple[str, ...]) -> list[str]:
    return [sys.executable, *arguments]


def _environment() -> dict[str, str]:
    """With compiled modules kept, as on any machine that is not told otherwise."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
