"""Prints all measurements of one run as a table, each with what it is compared to and the most it should be."""

from collections.abc import Iterator
from subprocess import CalledProcessError
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from benchmark.process import Cost, cost_of, output_of


class Measurement(NamedTuple):
    """Something measured, what it is measured against, and their ratio."""

    what: str
    figure: str
    against: str
    ratio: str
    at_most: str


def measurements() -> Iterator[Measurement]:
    """Everything that is measured, one after the other."""
    imports = cost_of("-c", "import pydantic, yaml")
    plan = cost_of("-m", "cli.main", "plan")
    yield _process("homelab plan, whole process", plan, imports)
    yield _process("homelab plan --format json", cost_of("-m", "cli.main", "plan", "--format", "json"), imports)
    yield Measurement("peak memory of homelab plan", f"{plan.peak_mib:.0f} MiB", "", "", "120 MiB")
    yield from _growth()
    yield _far_too_large()
    yield _large(1_000, "30 s, 600 MiB")
    yield _large(5_000, "200 s, 1024 MiB")
    yield from _placing()
    yield _verdict()
    yield from _components()
    yield _preview()
    yield from _diagnosing("doctor")
    yield from _diagnosing("rightsize")
    yield from _diagnosing("scale")
    yield from _adopting()


def _process(what: str, cost: Cost, imports: Cost) -> Measurement:
    against = f"{imports.cpu_seconds:.3f} s (python -c 'import pydantic, yaml')"
    ratio = cost.cpu_seconds / imports.cpu_seconds
    return Measurement(what, f"{cost.cpu_seconds:.3f} s CPU", against, f"{ratio:.2f}", "3")


def _growth() -> Iterator[Measurement]:
    base, _ = _planned(1, rounds=5)
    for factor, rounds in ((10, 3), (60, 1)):
        each, peak = _planned(factor, rounds)
        yield Measurement(
            f"planning a service of {factor} times prod ({peak:.0f} MiB)",
            f"{1e6 * each:.0f} µs CPU",
            f"{1e6 * base:.0f} µs (of prod)",
            f"{each / base:.2f}",
            "1.1",
        )


def _planned(factor: int, rounds: int) -> tuple[float, float]:
    """CPU seconds per service, and peak MiB."""
    each, peak = output_of("-m", "benchmark.planning", str(factor), str(rounds)).split()
    return float(each), float(peak)


def _far_too_large() -> Measurement:
    cost = cost_of("-m", "benchmark.planning", "10", "shown", runs=1)
    what = f"ten times prod's services on prod's nodes, with the forecast ({cost.peak_mib:.0f} MiB)"
    return Measurement(what, f"{cost.cpu_seconds:.1f} s CPU", "", "", "15 s, 300 MiB")


def _large(nodes: int, at_most: str) -> Measurement:
    """30 pods a node."""
    seconds, mib = map(float, output_of("-m", "benchmark.large", str(nodes), "30").split())
    what = f"homelab plan of {nodes:,} nodes and {30 * nodes:,} pods, whole process ({mib:.0f} MiB)"
    return Measurement(what, f"{seconds:.1f} s CPU", "", "", at_most)


def _placing() -> Iterator[Measurement]:
    few, many = (_placed(nodes, pods) for nodes, pods in ((100, 3_000), (1_000, 30_000)))
    yield Measurement("placing 3,000 pods on 100 nodes", f"{few:.2f} s CPU", "", "", "1 s")
    peak = cost_of("-m", "benchmark.placing", "1000", "30000", runs=1).peak_mib
    yield Measurement(
        f"placing 30,000 pods on 1,000 nodes ({peak:.0f} MiB)", f"{many:.2f} s CPU", "", "", "20 s, 1024 MiB"
    )
    each, base = many / 30_000, few / 3_000
    yield Measurement(
        "placing a pod on 1,000 nodes",
        f"{1e6 * each:.0f} µs CPU",
        f"{1e6 * base:.0f} µs (on 100 nodes)",
        f"{each / base:.2f}",
        "12",
    )


def _placed(nodes: int, pods: int) -> float:
    return float(output_of("-m", "benchmark.placing", str(nodes), str(pods)))


def _verdict() -> Measurement:
    seconds = float(output_of("-m", "benchmark.placing"))
    what = "prod's full verdict with all losses"
    try:
        real = float(output_of("-m", "benchmark.rehearsing"))
    except CalledProcessError as failed:
        return Measurement(what, f"{1000 * seconds:.0f} ms CPU", failed.stderr.strip(), "", "300 ms")
    return Measurement(
        what,
        f"{1000 * seconds:.0f} ms CPU",
        f"{real:.0f} s until the real control plane runs it",
        f"1/{real / seconds:.0f}",
        "300 ms",
    )


def _components() -> Iterator[Measurement]:
    program, flat = (float(seconds) for seconds in output_of("-m", "benchmark.recording").split())
    yield Measurement(
        "recording the program",
        f"{program:.2f} s CPU",
        f"{flat:.2f} s (same resources, no components)",
        f"{program / flat:.2f}",
        "1.15",
    )


def _preview() -> Measurement:
    what = "preview of prod from nothing, by the real engine"
    try:
        quick, quick_mib, plain, plain_mib = map(float, output_of("-m", "benchmark.previewing").split())
    except CalledProcessError as failed:
        return Measurement(what, "", failed.stderr.strip(), "", "0.8")
    against = f"{plain:.1f} s, {plain_mib:.0f} MiB (the SDK as it is)"
    return Measurement(what, f"{quick:.1f} s CPU, {quick_mib:.0f} MiB", against, f"{quick / plain:.2f}", "0.8")


def _diagnosing(command: str) -> Iterator[Measurement]:
    for factor, at_most in ((1, "3 s"), (10, "30 s")):
        seconds, objects = output_of("-m", "benchmark.diagnosing", command, str(factor)).split()
        yield Measurement(
            f"homelab {command} on a dump of {factor} times prod ({int(objects):,} objects)",
            f"{float(seconds):.2f} s CPU",
            "",
            "",
            at_most,
        )


def _adopting() -> Iterator[Measurement]:
    for factor, at_most in ((7, "5 s, 300 MiB"), (67, "50 s, 3,000 MiB")):
        seconds, mib, objects = output_of("-m", "benchmark.adopting", str(factor)).split()
        yield Measurement(
            f"homelab adopt cluster on a dump of {int(objects):,} objects",
            f"{float(seconds):.1f} s CPU, {float(mib):.0f} MiB",
            "",
            "",
            at_most,
        )


def main() -> None:
    """Measure and print."""
    table = Table("measured", "figure", "against", "ratio", "at most", box=None, pad_edge=False)
    console = Console(highlight=False, width=150)
    with console.status("measuring"):
        for measurement in measurements():
            table.add_row(*measurement)
    console.print(table)


if __name__ == "__main__":
    main()
