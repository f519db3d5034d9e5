"""The commands that need only the files of a lab."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from cli.cluster import (
    ContextOption,
    Source,
)
from cli.completion import complete_code, complete_name
from cli.exits import FINE, INVALID
from cli.options import Format, FormatOption, LabOption, PlanFormat, WholeOption, is_whole


def plan(
    lab: LabOption = "prod",
    output: Annotated[
        PlanFormat, typer.Option("--format", "-f", help="For people, for programs, or for a pull request.")
    ] = PlanFormat.TEXT,
    service: Annotated[str | None, typer.Option("--service", "-s", help="Only this service, in detail.")] = None,
    against: Annotated[
        str | None, typer.Option(help="A git revision, or a rendered folder: show only the differences from it.")
    ] = None,
    fails_on_damage: Annotated[
        bool, typer.Option("--fail-on-damage", help="With --against: exit code 1 if an `up` would damage what runs.")
    ] = False,
    whole: WholeOption = None,
    follow: Annotated[bool, typer.Option("--watch", help="Plan again whenever a file changes, until Ctrl-C.")] = False,
) -> None:
    """Show what the lab is, whether it fits, and what is wrong with it."""
    if follow:
        from cli.text.console import make_console
        from cli.watching import watch
        from config.folder import lab_folder

        watch(lab_folder(lab), make_console())
        raise SystemExit(FINE)
    from cli.commands.plan import run_plan

    raise SystemExit(run_plan(lab, output, service, against, fails_on_damage, is_whole(whole)))


def render(
    folder: Annotated[Path, typer.Argument(help="An empty folder, or one that was rendered before.")],
    lab: LabOption = "prod",
    output: FormatOption = Format.TEXT,
) -> None:
    """Write every manifest and machine specification as a file."""
    from cli.commands.render import run_render

    raise SystemExit(run_render(lab, folder, output))


def report(
    file: Annotated[Path, typer.Option("--output", "-o", help="The file to write.")] = Path("lab.html"),
    lab: LabOption = "prod",
    against: Annotated[str | None, typer.Option(help="A git revision or a rendered folder: what differs.")] = None,
    dump: Annotated[Path | None, typer.Option("--dump", help="A dump of the lab's cluster: what runs.")] = None,
    kubeconfig: Annotated[Path | None, typer.Option("--kubeconfig", help="Ask the lab's cluster what runs.")] = None,
    context: ContextOption = None,
    links: Annotated[
        str | None,
        typer.Option(
            "--links",
            help="Address that links to files begin with, as https://forge.example/me/lab/blob/main.",
        ),
    ] = None,
    output: FormatOption = Format.TEXT,
) -> None:
    """Write the lab as one HTML page, to be read in any browser, offline and on a phone."""
    from cli.commands.report import run_report

    raise SystemExit(run_report(lab, file, against, Source(dump, None, kubeconfig, context, lab), links, output))


def schema(
    folder: Annotated[Path | None, typer.Argument(help="Where to write; left out, config/schema.")] = None,
    output: FormatOption = Format.TEXT,
) -> None:
    """Write the JSON Schemas with which an editor completes and checks the lab's files."""
    from cli.commands.schema import run_schema

    raise SystemExit(run_schema(folder, output))


def migrate(
    lab: LabOption,
    write: Annotated[bool, typer.Option("--write", help="Write the files; else they are only shown.")] = False,
    output: FormatOption = Format.TEXT,
) -> None:
    """Bring the files of a lab to the newest format, so that they mean the same as before."""
    from cli.commands.migrate import run_migrate

    raise SystemExit(run_migrate(lab, write, output))


def findings(
    code: Annotated[
        str | None,
        typer.Argument(help="Only these, for example IMAGE-FLOATING.", autocompletion=complete_code),
    ] = None,
    lab: LabOption = "prod",
    output: FormatOption = Format.TEXT,
) -> None:
    """List every finding of a lab in full, with its place."""
    from cli.commands.findings import run_findings

    raise SystemExit(run_findings(code, lab, output))


def explain(
    name: Annotated[
        str | None,
        typer.Argument(
            help="A service, node, machine, host, tier or policy, the code of a finding, or an effect of an `up`; left "
            "out, all names that are known.",
            autocompletion=complete_name,
        ),
    ] = None,
    lab: LabOption = "prod",
    whole: WholeOption = None,
    output: FormatOption = Format.TEXT,
) -> None:
    """Explain a part of the lab, a finding or an effect: the essentials first, a service down to the kernel."""
    from cli.commands.explain import run_explain

    raise SystemExit(run_explain(name, lab, output, is_whole(whole)))


def rehearse(
    lab: LabOption = "prod",
    drain: Annotated[list[str] | None, typer.Option(help="Drain this node, by real evictions.")] = None,
    lose: Annotated[list[str] | None, typer.Option(help="Lose this node.")] = None,
    add_worker: Annotated[bool, typer.Option("--add-worker", help="Add one more of the last worker.")] = False,
    keep: Annotated[bool, typer.Option("--keep", help="Leave it up until Ctrl-C, and print its kubeconfig.")] = False,
    dump: Annotated[
        Path | None,
        typer.Option("--from", help="Load this dump instead, and try every object of the lab on what runs there."),
    ] = None,
    output: FormatOption = Format.TEXT,
) -> None:
    """Run the lab on a real control plane on this machine, and show which pods run, wait or are refused."""
    if dump and (drain or lose or add_worker):
        print("homelab: --from goes without --drain, --lose and --add-worker: nodes stay as they are", file=sys.stderr)
        raise SystemExit(INVALID)
    try:
        from cli.commands.rehearse import run_rehearse
        from cli.commands.rehearse_dump import run_rehearse_dump
    except ModuleNotFoundError as missing:
        print(f"homelab: {missing.name} is not installed; `make rehearse` installs it", file=sys.stderr)
        raise SystemExit(INVALID) from None
    if dump:
        raise SystemExit(run_rehearse_dump(lab, dump, keep, output))
    raise SystemExit(run_rehearse(lab, drain or [], lose or [], add_worker, keep, output))
