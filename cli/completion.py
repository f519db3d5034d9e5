"""Names that a shell completes: labs, codes, and whatever a lab has. Nothing is planned for them."""

from collections.abc import Iterable

import typer

NAMED = ("machines", "tiers", "nodes")
"""Files of a lab that are mappings by name."""


def complete_lab(incomplete: str) -> list[str]:
    """The labs that have a name."""
    from config.folder import LABS

    return _beginning(incomplete, (site.parent.name for site in sorted(LABS.glob("*/site.yaml"))))


def complete_code(incomplete: str) -> list[str]:
    """The codes of findings."""
    from cli.known import CODES

    return _beginning(incomplete.upper(), CODES["finding"])


def complete_name(context: typer.Context, incomplete: str) -> list[str]:
    """Services, machines, nodes, hosts and tiers of the lab that stands on the command line, and all codes."""
    from cli.known import CODES

    codes = [code for each in CODES.values() for code in _beginning(incomplete.upper(), each)]
    return [*_beginning(incomplete, _names_in(str(context.params.get("lab") or "prod"))), *codes]


def _names_in(lab: str) -> list[str]:
    import yaml

    from config.folder import lab_folder

    folder = lab_folder(lab)
    names = sorted(file.stem for file in folder.glob("services/*.yaml"))
    for name in (*NAMED, "site"):
        try:
            document = yaml.load((folder / f"{name}.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader)
        except (OSError, ValueError, yaml.YAMLError):
            continue  # a shell completes what it can
        named = document.get("hosts") if name == "site" and isinstance(document, dict) else document
        names += [str(each) for each in named] if isinstance(named, dict) else []
    return names


def _beginning(incomplete: str, names: Iterable[str]) -> list[str]:
    return [name for name in names if name.startswith(incomplete)]
