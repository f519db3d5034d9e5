"""`homelab adopt` on the command line."""

from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from cli.cluster import ContextOption, DumpOption, KubeconfigOption, Source, UsageOption
from cli.options import Format, FormatOption, LabOption
from cli.proxmox import CaFileOption, EndpointOption, InsecureOption, Reach


class _MachinesByDefault(TyperGroup):
    """`homelab adopt` without a subcommand, or with names of machines, is `homelab adopt machines`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args[:1] == ["--tidy"]:
            args = ["tidy", *args[1:]]
        if args and args[0] not in self.commands and (near := get_close_matches(args[0], self.commands, cutoff=0.75)):
            machine = f"If it is a machine, write `homelab adopt machines {args[0]}`"
            ctx.fail(f"no such command {args[0]!r}; did you mean {near[0]!r}? {machine}")
        if not args or (args[0] not in self.commands and args[0] != "--help"):
            args = ["machines", *args]
        return super().parse_args(ctx, args)


adopt = typer.Typer(
    cls=_MachinesByDefault,
    help="Take over what runs: machines of Proxmox, or what is in a cluster. Without a subcommand: machines.",
)


@adopt.command("machines")
def adopt_command(
    machines: Annotated[list[str] | None, typer.Argument(help="Names or VMIDs; left out, all of them.")] = None,
    lab: LabOption = "prod",
    role: Annotated[list[str] | None, typer.Option(help="The role of a machine, for example k8s-node7=worker.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be written.")] = False,
    endpoint: EndpointOption = None,
    ca_file: CaFileOption = None,
    insecure: InsecureOption = False,
    output: FormatOption = Format.TEXT,
) -> None:
    """Add running machines to machines.yaml, and compare the machines in the file with their host."""
    from cli.commands.adopt import run_adopt

    reach = Reach(endpoint, ca_file, insecure)
    raise SystemExit(run_adopt(lab, tuple(machines or ()), tuple(role or ()), dry_run, reach, output))


@adopt.command("cluster")
def adopt_cluster_command(
    lab: LabOption = "prod",
    dump: DumpOption = None,
    usage: UsageOption = None,
    kubeconfig: KubeconfigOption = None,
    context: ContextOption = None,
    tier: Annotated[str | None, typer.Option(help="The tier of namespaces without a label for it.")] = None,
    repository: Annotated[
        list[str] | None, typer.Option(help="Where the chart of a release comes from, for example traefik=https://...")
    ] = None,
    stack: Annotated[
        str | None, typer.Option("--import", help="Take what runs into this stack instead, without changing it.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing.")] = False,
    output: FormatOption = Format.TEXT,
) -> None:
    """Write the contents of a running cluster into a lab, as they are; a new folder becomes a lab."""
    if stack:
        from cli.commands.take_over import run_import

        raise SystemExit(run_import(stack, kubeconfig, dry_run, output))
    from cli.commands.adopt_cluster import run_adopt_cluster

    source = Source(dump, usage, kubeconfig, context)
    raise SystemExit(run_adopt_cluster(lab, source, tier, tuple(repository or ()), dry_run, output))


TierOption = Annotated[
    str | None, typer.Option("--tier", help="The tier of the services; left out, that of the lowest priority.")
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Write nothing.")]


@adopt.command("manifests")
def adopt_manifests_command(
    source: Annotated[Path, typer.Argument(metavar="DIR", help="A folder with manifests, or one file.")],
    lab: LabOption = "prod",
    namespace: Annotated[str, typer.Option(help="Of objects that state none.")] = "default",
    tier: TierOption = None,
    dry_run: DryRunOption = False,
    output: FormatOption = Format.TEXT,
) -> None:
    """Write the objects in Kubernetes' own files into a lab, as they are."""
    from cli.commands.adopt_files import run_adopt_manifests

    raise SystemExit(run_adopt_manifests(lab, source, namespace, tier, dry_run, output))


@adopt.command("chart")
def adopt_chart_command(
    values: Annotated[Path, typer.Argument(help="The values of the chart.")],
    chart: Annotated[str, typer.Option(help="The name of the chart.")],
    version: Annotated[str, typer.Option(help="Its version.")],
    repository: Annotated[str, typer.Option(help="Where it comes from, https:// or oci://.")],
    lab: LabOption = "prod",
    release: Annotated[str | None, typer.Option(help="Its release and service; left out, the chart's name.")] = None,
    namespace: Annotated[str | None, typer.Option(help="Left out, the release's name.")] = None,
    tier: TierOption = None,
    dry_run: DryRunOption = False,
    output: FormatOption = Format.TEXT,
) -> None:
    """Write a chart with its values into a lab; Helm renders it, so that its pods are counted."""
    from cli.commands.adopt_files import run_adopt_chart
    from operations.adopt.files.chart import Chart

    name = release or chart
    stated = Chart(chart, version, repository, name, namespace or name)
    raise SystemExit(run_adopt_chart(lab, values, stated, tier, dry_run, output))


@adopt.command("compose")
def adopt_compose_command(
    file: Annotated[Path, typer.Argument(help="A file of Docker Compose.")],
    lab: LabOption = "prod",
    storage_class: Annotated[
        str | None,
        typer.Option(help="Class of the volumes; left out, the lab's block storage, and NFS for what several mount."),
    ] = None,
    tier: TierOption = None,
    dry_run: DryRunOption = False,
    output: FormatOption = Format.TEXT,
) -> None:
    """Write the services of Docker Compose into a lab."""
    from cli.commands.adopt_files import run_adopt_compose

    raise SystemExit(run_adopt_compose(lab, file, storage_class, tier, dry_run, output))


@adopt.command("tidy")
def tidy_command(
    service: Annotated[str, typer.Argument(help="The service.")],
    departure: Annotated[
        str | None,
        typer.Argument(help="The departure to take out, for example adopt.as_it_is; left out, the cheapest."),
    ] = None,
    lab: LabOption = "prod",
    dry_run: DryRunOption = False,
    output: FormatOption = Format.TEXT,
) -> None:
    """Take one departure from the conventions out of a service, and say what that restarts, recreates or moves."""
    from cli.commands.tidy import run_tidy

    raise SystemExit(run_tidy(lab, service, departure, dry_run, output))


@adopt.command("hand-over")
def hand_over_command(
    lab: LabOption = "prod",
    dump: DumpOption = None,
    kubeconfig: KubeconfigOption = None,
    context: ContextOption = None,
    output: FormatOption = Format.TEXT,
) -> None:
    """Show how the tools that wrote the objects of a lab until now release them, and which of them still write."""
    from cli.commands.hand_over import run_hand_over

    raise SystemExit(run_hand_over(lab, Source(dump, None, kubeconfig, context), output))
