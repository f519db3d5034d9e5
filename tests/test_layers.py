"""What the layers may import."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PULUMI = ("pulumi", "pulumi_kubernetes", "pulumi_proxmoxve", "pulumi_random", "pulumi_tls")


@pytest.mark.parametrize(
    ("layer", "without"),
    [
        ("config", (*PULUMI, "plan", "operations", "components", "cli")),
        ("plan", (*PULUMI, "operations", "components", "cli")),
        ("operations", (*PULUMI, "components", "cli")),
    ],
)
def test_a_layer_imports_nothing_above_it(layer: str, without: tuple[str, ...]) -> None:
    files = sorted((ROOT / layer).rglob("*.py"))
    modules = [".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for file in files]
    program = f"""
import importlib, sys
sys.modules.update(dict.fromkeys({without!r}))
for module in {modules!r}:
    importlib.import_module(module)
"""
    result = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert modules
