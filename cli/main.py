"""The commands of `homelab`."""

import gc
import sys
from pathlib import Path
from typing import Annotated

import typer

from cli.adopt import adopt
from cli.cluster import (
    ContextOption,
    DumpOption,
    HistoryOption,
    KubeconfigOption,
    OptionalLabOption,
    PrometheusOption,
    Source,
    UsageOption,
)
from cli.completion import complete_code, complete_name
from cli.exits import FINE, INVALID
from cli.forge import ApiOption, RepositoryOption
from cli.help import add_help
from cli.new import new
from cli.options import Format, FormatOption, LabOption, PlanFormat, WholeOption, is_whole
from cli.proxmox import CaFileOption, EndpointOption, InsecureOption
from cli.run import run

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


def _print_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        print(f"homelab {version('homelab')}")
        raise typer.Exit


@app.callback()
def whole(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and end.")
    ] = False,
) -> None:
    """Says what a homelab is, whether it fits and what is wrong with it, before anything is touched."""


@app.command("plan")
def plan_command(
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


@app.command("render")
def render_command(
    folder: Annotated[Path, typer.Argument(help="An empty folder, or one that was rendered before.")],
    lab: LabOption = "prod",
    output: FormatOption = Format.TEXT,
) -> None:
    """Write every manifest and machine specification as a file."""
    from cli.commands.render import run_render

    raise SystemExit(run_render(lab, folder, output))


@app.command("report")
def report_command(
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


@app.command("schema")
def schema_command(
    folder: Annotated[Path | None, typer.Argument(help="Where to write; left out, config/schema.")] = None,
    output: FormatOption = Format.TEXT,
) -> None:
    """Write the JSON Schemas with which an editor completes and checks the lab's files."""
    from cli.commands.schema import run_schema

    raise SystemExit(run_schema(folder, output))


@app.command("findings")
def findings_command(
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


@app.command("explain")
def explain_command(
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


@app.command("guard")
def guard_command(
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
        typer.Option("--lab", "-l", help="Name of a folder in config/labs/, or a path; else the preview's own."),
    ] = None,
    output: FormatOption = Format.TEXT,
) -> None:
    """Show what an `up` would do to the running lab, and stop damage."""
    from cli.commands.guard import run_guard

    source = Source(dump=dump, kubeconfig=kubeconfig, context=context)
    raise SystemExit(run_guard(preview, stack, source, tuple(allow or ()), lab, output, charts))


@app.command("comment")
def comment_command(
    plan: Annotated[Path, typer.Option("--plan", help="Output of `homelab plan --format json`.")],
    change: Annotated[Path | None, typer.Option("--change", help="Output of the same with --against.")] = None,
    guard: Annotated[Path | None, typer.Option("--guard", help="Output of `homelab guard --format json`.")] = None,
    lab: LabOption = "prod",
    link: Annotated[str | None, typer.Option("--link", help="Address of the run or of the lab's report.")] = None,
    pull_request: Annotated[
        int | None, typer.Option("--pull-request", help="Put it there, with $FORGE_TOKEN; left out, it is printed.")
    ] = None,
    api: ApiOption = None,
    repository: RepositoryOption = None,
) -> None:
    """Write the one comment of a pull request, from what the other commands printed."""
    from cli.commands.comment import Reports, Target, run_comment

    reports, target = Reports(plan, change, guard), Target(api, repository, pull_request)
    raise SystemExit(run_comment(lab, reports, link, target))


@app.command("drift")
def drift_command(
    dump: DumpOption = None,
    kubeconfig: KubeconfigOption = None,
    context: ContextOption = None,
    lab: LabOption = "prod",
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
    raise SystemExit(run_drift(source, link, output, (api, repository) if issue else None))


@app.command("up")
def up_command(
    lab: Annotated[
        str | None, typer.Option("--lab", "-l", help="The lab to apply; its stack has the name of its folder.")
    ] = None,
    stack: Annotated[str | None, typer.Option(help="The stack, where it has another name.")] = None,
    allow: Annotated[list[str] | None, typer.Option(help="An effect to allow, for example REPLACE:k8s-node3.")] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before applying what passes.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Stop before applying.")] = False,
    kubeconfig: Annotated[
        Path | None, typer.Option("--kubeconfig", help="Left out, the one that the stack's last `up` used.")
    ] = None,
    context: ContextOption = None,
    project: Annotated[
        Path | None,
        typer.Option("--project", help="The folder with Pulumi.yaml; left out, this checkout's or the current one."),
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
    request = Request(
        stack, lab, project or program_folder(), kubeconfig, context, tuple(allow or ()), yes, dry_run, output.value
    )
    raise SystemExit(run_up(request))


@app.command("preflight")
def preflight_command(
    lab: LabOption = "prod",
    output: FormatOption = Format.TEXT,
    endpoint: EndpointOption = None,
    ca_file: CaFileOption = None,
    insecure: InsecureOption = False,
) -> None:
    """Ask the live Proxmox whether it can take an `up`, and fail with the numbers."""
    from cli.commands.preflight import run_preflight

    raise SystemExit(run_preflight(lab, endpoint, ca_file, insecure, output))


@app.command("drain")
def drain_command(
    node: Annotated[str, typer.Argument(help="The node to drain.")],
    dump: DumpOption = None,
    kubeconfig: KubeconfigOption = None,
    context: ContextOption = None,
    lab: OptionalLabOption = None,
    yes: Annotated[bool, typer.Option("--yes", help="Carry it out, up to the first surprise.")] = False,
    output: FormatOption = Format.TEXT,
) -> None:
    """Show where the pods of a node would go, what blocks its drain, and the commands."""
    from cli.commands.drain import run_drain

    raise SystemExit(run_drain(node, Source(dump, None, kubeconfig, context, lab), yes, output))


@app.command("scale")
def scale_command(
    dump: DumpOption = None,
    kubeconfig: KubeconfigOption = None,
    context: ContextOption = None,
    lab: OptionalLabOption = None,
    prometheus: HistoryOption = None,
    output: FormatOption = Format.TEXT,
) -> None:
    """Say whether a worker is to be added or may go, what keeps each node, and when the cluster is full."""
    from cli.commands.scale import run_scale

    raise SystemExit(run_scale(Source(dump, None, kubeconfig, context, lab, history=prometheus), output))


@app.command("upgrade")
def upgrade_command(
    dump: DumpOption = None,
    kubeconfig: KubeconfigOption = None,
    context: ContextOption = None,
    lab: OptionalLabOption = None,
    output: FormatOption = Format.TEXT,
) -> None:
    """Show how long the cluster's Kubernetes is supported, what the next release needs, and the steps in order."""
    from cli.commands.upgrade import run_upgrade

    raise SystemExit(run_upgrade(Source(dump, None, kubeconfig, context, lab), output))


@app.command("doctor")
def doctor_command(
    dump: DumpOption = None,
    usage: UsageOption = None,
    kubeconfig: KubeconfigOption = None,
    context: ContextOption = None,
    lab: OptionalLabOption = None,
    prometheus: PrometheusOption = None,
    output: FormatOption = Format.TEXT,
) -> None:
    """Find the problems of the running cluster: each cause once, with evidence, consequences and remedy."""
    from cli.commands.doctor import run_doctor

    raise SystemExit(run_doctor(Source(dump, usage, kubeconfig, context, lab, prometheus), output))


@app.command("dump")
def dump_command(
    folder: Annotated[Path, typer.Argument(help="An empty folder, or a dump that was written before.")],
    kubeconfig: KubeconfigOption = None,
    context: ContextOption = None,
    lab: OptionalLabOption = None,
    prometheus: PrometheusOption = None,
    output: FormatOption = Format.TEXT,
) -> None:
    """Write all objects of the cluster into a folder, without the values of Secrets."""
    from cli.commands.dump import run_dump

    raise SystemExit(run_dump(folder, Source(None, None, kubeconfig, context, lab, prometheus, prometheus), output))


@app.command("rightsize")
def rightsize_command(
    dump: DumpOption = None,
    usage: UsageOption = None,
    kubeconfig: KubeconfigOption = None,
    context: ContextOption = None,
    lab: OptionalLabOption = None,
    prometheus: PrometheusOption = None,
    write: Annotated[bool, typer.Option("--write", help="Write the proposals into the lab's files.")] = False,
    output: FormatOption = Format.TEXT,
) -> None:
    """Propose requests and limits from the usage of containers; cut nothing that was not seen under load."""
    from cli.commands.rightsize import run_rightsize

    raise SystemExit(run_rightsize(Source(dump, usage, kubeconfig, context, lab, prometheus), write, output))


@app.command("rehearse")
def rehearse_command(
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


app.add_typer(adopt, name="adopt")
app.add_typer(new, name="new")
add_help(app)


def main() -> None:
    """Entry point of the console script."""
    gc.disable()  # a plan is made once and printed; collecting garbage meanwhile costs a fifth of the time
    raise SystemExit(run(app, sys.argv[1:]))


if __name__ == "__main__":
    main()
