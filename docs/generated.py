"""Pages that are made from the program itself, so that they say what it does: findings, tiers, commands, keys."""

# pyright: reportMissingImports=false
# MkDocs is installed by `make docs` alone.
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from config.load import load_lab  # noqa: E402
from config.refusals import REFUSALS  # noqa: E402
from docs.reference import commands, keys  # noqa: E402
from operations.doctor.catalogue import RULES  # noqa: E402
from operations.rules import all_rules  # noqa: E402

COLUMNS = (
    "tier",
    "priority",
    "preempts",
    "memory",
    "default memory",
    "default CPU request",
    "most memory",
    "most CPU request",
    "quota CPU",
    "quota memory",
    "quota pods",
    "shutdown",
)


MARKED = re.compile(r"^```sh \w+$", re.MULTILINE)
"""A block of commands with a word for tests, which the site's Markdown takes for no block."""


def on_page_markdown(markdown: str, **_: object) -> str:
    """Called by MkDocs for each page."""
    return MARKED.sub("```sh", markdown)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Called by MkDocs: adds the generated pages to those in this folder."""
    pages = {"findings.md": findings(), "tiers.md": tiers(), "commands.md": commands(), "keys.md": keys()}
    for name, lines in pages.items():
        files.append(File.generated(config, name, content="\n".join(lines)))
    return files


def findings() -> Iterator[str]:
    """One section for each finding."""
    yield "# Findings\n"
    yield "The findings of `homelab plan`, `adopt` and `preflight`. `homelab explain CODE` prints the same.\n"
    for code, rule in all_rules().items():
        severity = " or ".join(rule.severities)
        yield f"## {code}\n\n**{rule.title}** ({severity}). {rule.meaning}\n\n*Remedy:* {rule.remedy}\n"
    yield "# Refused labs\n"
    yield "Reasons to refuse a lab at loading, before anything is planned.\n"
    for each in REFUSALS:
        yield f"## {each.code}\n\n**{each.title}.** {each.meaning}\n\n*Remedy:* {each.remedy}\n"
    yield "# Problems of a cluster\n"
    yield "The findings of `homelab doctor`; each states its remedy with the names of the objects.\n"
    for code, rule in RULES.items():
        yield f"## {code}\n\n**{rule.title}.** {rule.rule}\n"


def tiers() -> Iterator[str]:
    """The rows of prod's tiers as a table."""
    yield "# Tiers of prod\n"
    yield (
        "From `config/labs/prod/tiers.yaml`; memory and CPU are those of one container, the quota that of one "
        "namespace.\n"
    )
    yield f"| {' | '.join(COLUMNS)} |"
    yield "|---" * len(COLUMNS) + "|"
    for name, row in load_lab(ROOT / "config" / "labs" / "prod").tiers.items():
        cells = (
            name,
            f"{row.priority:,}",
            "yes" if row.preempts else "never",
            row.memory,
            row.container.default_memory,
            row.container.default_cpu_request,
            row.container.max_memory,
            row.container.max_cpu_request,
            row.quota.cpu,
            row.quota.memory,
            row.quota.pods,
            f"{row.shutdown_grace_seconds} s",
        )
        yield "| " + " | ".join(str(cell) for cell in cells) + " |"
