"""The source of a cluster's state: a dump, or the API server of a kubeconfig."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from cli.completion import complete_lab
from cli.lab import named

if TYPE_CHECKING:
    from rich.progress import Progress

    from observation import Observation
    from operations.clients.prometheus import Prometheus
    from plan import Plan

DumpOption = Annotated[
    Path | None,
    typer.Option("--dump", help="A dump of the cluster, as `homelab dump` writes it; left out, the cluster is asked."),
]
UsageOption = Annotated[
    Path | None, typer.Option("--usage", help="A file with the usage of the last 30 days, as a dump has it.")
]
PrometheusOption = Annotated[
    str | None, typer.Option("--prometheus", help="URL of a Prometheus that is asked for the usage of 30 days.")
]
HistoryOption = Annotated[
    str | None, typer.Option("--prometheus", help="URL of a Prometheus that is asked how full the cluster was.")
]
KubeconfigOption = Annotated[
    Path | None, typer.Option("--kubeconfig", help="Left out, $KUBECONFIG, else ~/.kube/config.")
]
ContextOption = Annotated[
    str | None, typer.Option("--context", help="A context of the kubeconfig; left out, its current one.")
]
OptionalLabOption = Annotated[
    str | None,
    typer.Option(
        "--lab",
        "-l",
        help="The lab that the cluster is of; another cluster is then refused.",
        callback=named,
        autocompletion=complete_lab,
    ),
]


class Source(NamedTuple):
    """Where a cluster is looked at."""

    dump: Path | None = None
    usage: Path | None = None
    kubeconfig: Path | None = None
    context: str | None = None
    lab: str | None = None
    prometheus: str | None = None
    """Asked for the usage of containers."""
    history: str | None = None
    """Asked how full the cluster was."""


def observe_source(source: Source) -> "Observation":
    """The cluster, and with a lab only if it is the lab's; with its usage, if a file or a Prometheus is named.

    Raises InvalidDump, InvalidUsage, NoCluster, InvalidLab and AnotherCluster.
    """
    from observation import read_dump

    plan = _plan_of(source.lab) if source.lab else None
    observed = read_dump(source.dump, source.usage) if source.dump else _ask(source)
    if plan:
        from operations.identity import check_identity

        check_identity(plan, observed)
    asked = {url: _prometheus(url) for url in (source.prometheus, source.history) if url}
    if source.prometheus and not source.usage:
        observed = _with_usage(asked[source.prometheus], observed)
    return _with_history(asked[source.history], observed) if source.history else observed


def _prometheus(url: str) -> "Prometheus":
    """One client for all that a command asks: what it waits for in vain has one bound."""
    from operations.clients.prometheus import Prometheus

    return Prometheus(url)


def _plan_of(lab: str) -> "Plan":
    """Planned before anything is asked. Raises InvalidLab."""
    from cli.planned import planned

    return planned(lab)


def _ask(source: Source) -> "Observation":
    """Ask the API server, with a bar on a terminal."""
    from dataclasses import replace

    from observation import read_usage
    from operations.clients.cluster import Cluster
    from operations.observe import observe

    usage = read_usage(source.usage) if source.usage else None
    cluster = Cluster(source.kubeconfig, source.context)
    with progress_bar() as progress:
        task = progress.add_task(f"reading {cluster.server}", total=None)
        observed = observe(cluster, lambda done, of: progress.update(task, completed=done, total=of))
    return replace(observed, usage=usage)


def _with_usage(prometheus: "Prometheus", observed: "Observation") -> "Observation":
    """The same with the usage from a Prometheus; an interrupted reading continues where it stopped."""
    from dataclasses import replace
    from hashlib import sha256
    from os import environ

    from operations.clients.answered import AnswerFile
    from operations.observe.clocks import prometheus_clock_gap
    from operations.observe.usage import DAYS, usage_of_cluster
    from operations.observe.volumes import volumes_of_cluster

    url = prometheus.url
    apart = prometheus_clock_gap(prometheus, observed.now, is_live=observed.now_from == "clock")
    key = sha256(f"{url} {observed.source}".encode()).hexdigest()[:16]
    cache = Path(environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "homelab"
    answers = AnswerFile(cache / f"usage-{key}.jsonl", observed.now)
    with progress_bar() as progress:
        task = progress.add_task(f"asking {url}", total=None)
        usage, gaps = usage_of_cluster(
            prometheus,
            observed,
            answers.end,
            tell=lambda done, of: progress.update(task, completed=done, total=of),
            answers=answers,
        )
    if not any(each.why == "unreachable" for each in gaps):
        answers.done()
        volumes, more = volumes_of_cluster(prometheus, answers.end, DAYS)
        usage, gaps = usage._replace(volumes=volumes) if usage else None, (*gaps, *more)
    return replace(observed, usage=usage, gaps=(*observed.gaps, *([apart] if apart else []), *gaps))


def _with_history(prometheus: "Prometheus", observed: "Observation") -> "Observation":
    """The same with the history that a Prometheus tells."""
    from dataclasses import replace

    from operations.observe.history import history_of_cluster

    with progress_bar() as progress:
        task = progress.add_task(f"asking {prometheus.url}", total=None)
        history, gaps = history_of_cluster(
            prometheus, observed, lambda done, of: progress.update(task, completed=done, total=of)
        )
    return replace(observed, history=history, gaps=(*observed.gaps, *gaps))


def progress_bar() -> "Progress":
    """A bar on a terminal's error output; elsewhere nothing."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    return Progress(console=console, transient=True, disable=not console.is_terminal)
