"""An interpreter of the first patch releases of the oldest Python runs the program, where the machine has one."""

import os
import shutil
import site
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILTERS_SINCE = (3, 11, 4)
"""Patch release that brought filters for archives, which a comparison with a revision unpacks."""


def an_old_interpreter() -> str | None:
    """A Python of the series of this one from before that release: of the distribution, or on the PATH."""
    for found in ("/usr/bin/python3.11", "/usr/bin/python3", shutil.which("python3.11")):
        if found and Path(found).exists():
            asked = subprocess.run(
                [found, "-c", "import sys; print(*sys.version_info[:3])"], capture_output=True, text=True
            )
            version = tuple(int(each) for each in asked.stdout.split())
            if (3, 11) <= version < FILTERS_SINCE:
                return found
    return None


def test_a_comparison_with_a_revision_needs_nothing_newer() -> None:
    interpreter = an_old_interpreter()
    if interpreter is None:
        pytest.skip("not run: no Python 3.11 from before 3.11.4 on this machine")
    paths = os.pathsep.join([str(ROOT), *site.getsitepackages()])
    done = subprocess.run(
        [interpreter, "-m", "cli", "plan", "--lab", "small", "--against", "HEAD"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert "compared with HEAD" in done.stdout
