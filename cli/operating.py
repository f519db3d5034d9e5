"""The commands about a cluster that runs."""

from pathlib import Path
from typing import Annotated

import typer

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
from cli.options import Format, FormatOption


def drain(
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


def scale(
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


def upgrade(
    dump: DumpOption = None,
    kubeconfig: KubeconfigOption = None,
    context: ContextOption = None,
    lab: OptionalLabOption = None,
    output: FormatOption = Format.TEXT,
) -> None:
    """Show how long the cluster's Kubernetes is supported, what the next release needs, and the steps in order."""
    from cli.commands.upgrade import run_upgrade

    raise SystemExit(run_upgrade(Source(dump, None, kubeconfig, context, lab), output))


def doctor(
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


def dump(
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


def rightsize(
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
