"""A plan as a folder of files."""

from typing import Any

from cli.reports.document import json_text
from cli.reports.plan import plan_report
from plan import Plan
from plan.changes.files import rendered_files
from plan.yaml_text import to_yaml

MARKER = ".rendered-by-homelab"
"""Lists the files of a rendering, so that the next one removes what it wrote and nothing else."""
REPORT = "plan.json"
"""The plan itself, so that a later one can be compared with it."""


def rendering(plan: Plan) -> dict[str, str]:
    """The text of every file, by its name in the folder."""
    files = {name: _to_text(content) for name, content in rendered_files(plan)}
    return {**files, REPORT: json_text(plan_report(plan), indent=1) + "\n"}


def _to_text(content: Any) -> str:
    """The text of a file: as it is, or as YAML."""
    return content if isinstance(content, str) else to_yaml(content)
