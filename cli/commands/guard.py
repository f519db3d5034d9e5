"""`homelab guard`."""

import sys
from pathlib import Path

from cli.cluster import Source, observe_source
from cli.exits import ERRORS, FINE
from cli.output import print_json, refuse_input, refuse_lab
from cli.reports.guard import guard_report
from cli.text.console import make_console
from cli.text.guard import print_judgement
from config.files import read_stream
from config.load import InvalidLab, load_lab
from config.reasons import reason_of
from observation import InvalidDump, Observation
from operations.clients.helm import render_changed
from operations.clients.refusals import NoCluster
from operations.guard import UnknownAllowance, judge
from operations.guard.belonging import Belonging, belonging
from operations.guard.reading.document import LONGEST, InvalidPreview
from operations.guard.reading.preview import read_preview
from operations.guard.reading.stack import read_stack, refuse_another
from operations.identity import AnotherCluster


def run_guard(
    preview: Path | None,
    stack: Path | None,
    source: Source,
    allow: tuple[str, ...],
    lab: str | None,
    output: str,
    charts: bool,
) -> int:
    """Print the consequences of an `up`; return ERRORS if one does damage, or may, and is not allowed."""
    try:
        state = read_stack(_text(stack)) if stack else None
        previewed = read_preview(_text(preview))
        if state:
            refuse_another(state, previewed)
        of = belonging(previewed.lab, lab)
        observation = _observe(source, of) if source.dump or source.kubeconfig else None
        found = load_lab(of.folder) if of.folder else None
        rendered = render_changed(previewed, found.cluster.kubernetes_version if found else None) if charts else {}
        judgement = judge(previewed, found, state, allow, observation, rendered)
    except InvalidLab as error:
        return refuse_lab(lab or "", error, output)
    except (InvalidPreview, InvalidDump, UnknownAllowance, NoCluster, AnotherCluster) as error:
        return refuse_input(str(error), output)
    if output == "json":
        print_json(guard_report(judgement, of))
    else:
        print_judgement(judgement, of, make_console())
    return FINE if judgement.passes else ERRORS


def _observe(source: Source, of: Belonging) -> Observation:
    """The observation of the cluster; one that is asked live has to be the lab's."""
    return observe_source(source._replace(lab=str(of.folder)) if source.kubeconfig and of.folder else source)


def _text(file: Path | None) -> str:
    """A file, or standard input. Raises InvalidPreview."""
    if file is None and sys.stdin.isatty():
        raise InvalidPreview("name a file, or pipe a preview into it: pulumi preview --json | homelab guard")
    name = "standard input" if file is None or str(file) == "-" else str(file)
    try:
        if file is None or str(file) == "-":
            text = sys.stdin.read(LONGEST + 1)
        else:
            text = read_stream(file, LONGEST + 1).decode("utf-8")
    except (OSError, ValueError) as error:
        reason = reason_of(error) if isinstance(error, OSError) else "it is not text"
        raise InvalidPreview(f"{name} cannot be read: {reason}") from None
    if len(text) > LONGEST:
        raise InvalidPreview(f"{name} is longer than {LONGEST:,} characters, which no preview is")
    return text
