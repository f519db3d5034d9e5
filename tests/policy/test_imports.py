"""The pack's rules import nothing that its own environment does not have."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
REQUIREMENTS = ROOT / "policy" / "requirements.txt"
OF_THE_LAB = ("kubernetes", "requests", "rich", "ruamel.yaml", "typer")
"""Modules that the program needs beside the pack."""


def test_the_rules_import_no_more_than_the_pack_installs() -> None:
    pinned = REQUIREMENTS.read_text(encoding="utf-8")
    missing = [each for each in OF_THE_LAB if f"\n{each.replace('.', '-')}==" not in pinned]
    assert "ruamel.yaml" in missing
    asked = f"import sys, policy.rules; print([each for each in {missing!r} if each in sys.modules])"
    done = subprocess.run([sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
