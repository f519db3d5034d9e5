"""The commands around an `up`: before it, the act itself, and after it."""

from pathlib import Path
from typing import Annotated

import typer

from cli.cluster import (
    ContextOption,
    DumpOption,
    KubeconfigOption,
    Source,
)
from cli.completion import complete_lab
from cli.forge import ApiOption, RepositoryOption
from cli.lab import named
from cli.options import Format, FormatOption, LabOption, PlanFormat
from cli.proxmox import CaFileOption, EndpointOption, InsecureOption, Reach


def guard(
    preview: Annotated[
        Path | None, typer.Argument(help="Output of `pulumi preview --json`; left out, it is piped in.")
    ] = None,
    stack: Annotated[Path | None, typer.Option(help="Output of `pulumi stack export`: the state as it is.")] = None,
    dump: Annotated[
        Path | None, typer.Option(help="A dump of what runs: what the preview does not read is looked up there.")
    ] = None,
    kubeconfig: Annotated[Path | None, typer.Option(help="Instead of a dump: ask the cluster itself.")] = None,
    context: ContextOption = None,
    allow: Annotated[list[str] | None, typer.Option(help="An effect to allow, for example REPLACE:k8s-node3.")] = None,
    charts: Annotated[
        bool, typer.Option("--charts", help="Render charts that change with Helm, before and after, and compare them.")
    ] = False,
    lab: Annotated[
        str | None,
        typer.Option(
            "--lab",
            "-l",
            help="Name of a folder in config/labs/, or a path; else the preview's own.",
            callback=named,
            autocompletion=complete_lab,
        ),
    ] = None,
    output: FormatOption = Format.TEXT,
) -> None:
    """Show what an `up` would do to the running lab, and stop damage."""
    from cli.commands.guard import run_guard

    source = Source(dump=dump, kubeconfig=kubeconfig, context=context)
    raise SystemExit(run_guard(preview, stack, source, tuple(allow or ()), lab, output, charts))


def comment(
    plan: Annotated[Path, typer.Option("--plan", help="Output of `homelab plan --format json`.")],
    change: Annotated[Path | None, typer.Option("--change", help="Output of the same with --against.")] = None,
    guard: Annotated[Path | None, typer.Option("--guard", help="Output of `homelab guard --format json`.")] = None,
    lab: LabOption = "prod",
    link: Annotated[str | None, typer.Option("--link", help="Address of the run or of the lab's report.")] = None,
    proposed: Annotated[
        list[str] | None, typer.Option("--proposes", help="An effect that the message of its last commit allows.")
    ] = None,
    pull_request: Annotated[
        int | None, typer.Option("--pull-request", help="Put it there, with $FORGE_TOKEN; left out, it is printed.")
    ] = None,
    api: ApiOption = None,
    repository: RepositoryOption = None,
) -> None:
    """Write the one comment of a pull request, from what the other commands printed."""
    from cli.commands.comment import Reports, Target, run_comment

    reports, target = Reports(plan, change, guard), Target(api, repository, pull_request)
    raise SystemExit(run_comment(lab, reports, link, target, proposed or []))


def drift(
    dump: DumpOption = None,
    kubeconfig: KubeconfigOption = None,
    context: ContextOption = None,
    lab: LabOption = "prod",
    machines: Annotated[
        bool, typer.Option("--machines", help="Compare the machines on their hosts too: asks Proxmox.")
    ] = False,
    endpoint: EndpointOption = None,
    ca_file: CaFileOption = None,
    insecure: InsecureOption = False,
    link: Annotated[str | None, typer.Option("--link", help="Address of the run.")] = None,
    issue: Annotated[
        bool, typer.Option("--issue", help="Open, edit or close the issue on it, with $FORGE_TOKEN.")
    ] = False,
    api: ApiOption = None,
    repository: RepositoryOption = None,
    output: Annotated[PlanFormat, typer.Option("--format", "-f", help="For people, programs or an issue.")] = (
        PlanFormat.TEXT
    ),
) -> None:
    """Compare what runs with the lab: the same, different, or not to be known."""
    from cli.commands.drift import run_drift

    source = Source(dump, None, kubeconfig, context, lab)
    reach = Reach(endpoint, ca_file, insecure) if machines else None
    raise SystemExit(run_drift(source, link, output, (api, repository) if issue else None, reach))


def up(
    lab: Annotated[
        str | None,
        typer.Option(
            "--lab",
            "-l",
            help="The lab to apply; its stack has the name of its folder.",
            callback=named,
            autocompletion=complete_lab,
        ),
    ] = None,
    stack: Annotated[str | None, typer.Option(help="The stack, where it has another name.")] = None,
    allow: Annotated[list[str] | None, typer.Option(help="An effect to allow, for example REPLACE:k8s-node3.")] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before applying what passes.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Stop before applying.")] = False,
    judged: Annotated[
        str | None, typer.Option("--judged", help="Apply only the steps that a dry run gave this name.")
    ] = None,
    kubeconfig: Annotated[
        Path | None, typer.Option("--kubeconfig", help="Left out, the one that the stack's last `up` used.")
    ] = None,
    context: ContextOption = None,
    project: Annotated[
        Path | None,
        typer.Option(
            "--project", help="The folder with Pulumi.yaml; left out, the one that the lab is in, or this checkout."
        ),
    ] = None,
    ignore_protect: Annotated[bool, typer.Option("--ignore-protect", hidden=True)] = False,
    output: FormatOption = Format.TEXT,
) -> None:
    """Apply a lab: preview, judge, show, ask, look again, apply, and show the outcome."""
    from cli.commands.up import Request, run_up
    from cli.program import program_folder

    if ignore_protect:
        raise typer.BadParameter(
            "protection is never ignored: `pulumi state unprotect URN --stack NAME` unprotects one resource",
            param_hint="--ignore-protect",
        )
    folder, allowed = project or program_folder(lab), tuple(allow or ())
    request = Request(stack, lab, folder, kubeconfig, context, allowed, yes, dry_run, judged, output.value)
    raise SystemExit(run_up(request))


def preflight(
    lab: LabOption = "prod",
    output: FormatOption = Format.TEXT,
    endpoint: EndpointOption = None,
    ca_file: CaFileOption = None,
    insecure: InsecureOption = False,
) -> None:
    """Ask the live Proxmox whether it can take an `up`, and fail with the numbers."""
    from cli.commands.preflight import run_preflight

    raise SystemExit(run_preflight(lab, endpoint, ca_file, insecure, output))
