"""The codes of findings, read out of the code that makes them."""

import ast
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).parents[2]
LIST_MODULES = """
import sys
import plan.forecast
modules = (module.__file__ for name, module in sys.modules.items() if name.startswith("plan."))
print(*filter(None, modules), sep="\\n")
"""


def codes_made_in(folder: str) -> set[str]:
    """The codes of all findings that the modules of a folder make."""
    return _codes((ROOT / folder).rglob("*.py"))


def codes_of_the_planner() -> set[str]:
    """Those that a plan may hold; others in `plan` are of what is compared with it."""
    listed = subprocess.run([sys.executable, "-c", LIST_MODULES], cwd=ROOT, capture_output=True, text=True, check=True)
    return _codes(Path(line) for line in listed.stdout.splitlines())


def _codes(files: Iterable[Path]) -> set[str]:
    """A code is written where its finding is made."""
    calls = (
        node
        for file in files
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", None) == "Finding"
    )
    codes: set[str] = set()
    for call in calls:
        code = call.args[0] if call.args else next(each.value for each in call.keywords if each.arg == "code")
        assert isinstance(code, ast.Constant), f"line {call.lineno}: the code of a finding is written where it is made"
        codes.add(str(code.value))
    return codes
