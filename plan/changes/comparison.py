"""How two plans of a lab differ: in what is declared, how full it is, and which findings it has."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple, cast

from config.quantity import Cpu, Memory
from plan.changes.files import KINDS, Subject, subject_of
from plan.cluster.nodes import PODS
from plan.model import NodeUse

Json = Mapping[str, Any]
Status = Literal["added", "removed", "changed"]
ADMISSION = frozenset({"CPU-ABOVE-CAP", "LIMIT-ABOVE-MAXIMUM", "LIMIT-ABOVE-RATIO", "QUOTA-EXCEEDED"})
"""Findings about pods that the API server refuses. Those that run already run on."""


CAUSES = ("service", "machine", "tier")
"""Subjects whose change may take another service's place."""


class Side(NamedTuple):
    """One of two plans, as it is rendered."""

    name: str
    """Its name in a sentence: `main (1a2b3c4)`."""
    files: Json
    """Manifests and machine specifications, by file name."""
    report: Json
    """The output of `homelab plan --format json`."""
    running: tuple[NodeUse, ...] = ()
    """Its pods on the nodes; empty for a rendered folder, which does not say where they are."""


class Difference(NamedTuple):
    """A field that is not the same."""

    path: str
    """For example `spec.template.spec.containers[photos].image`."""
    before: Any
    """None where there was nothing."""
    after: Any


class FileChange(NamedTuple):
    """A file that is not the same."""

    name: str
    status: Status
    differences: tuple[Difference, ...]
    """Of a changed file."""


class SubjectChange(NamedTuple):
    """A service, a machine, a tier or something else that is not the same."""

    subject: Subject
    status: Status
    files: tuple[FileChange, ...]


class FigureChange(NamedTuple):
    """A number that is not the same."""

    of: str
    """Owner of the figure: `node k8s-node2`."""
    figure: str
    """For example `memory requests`."""
    before: str
    """`-` where there was none."""
    after: str


class VerdictChange(NamedTuple):
    """A finding that is new, gone, or changed."""

    status: Status
    finding: Json
    is_latent: bool
    """The API server would refuse the pods, though nothing of the service was changed: those that run stay until a
    node restarts or they move, and are not made again."""

    because: tuple[str, ...] = ()
    """Changes that bring the finding, where it is about a service that was not changed itself."""

    @property
    def severity(self) -> str:
        """That of the finding, or `latent`: nothing happens now, and it is an error when a pod is recreated."""
        return "latent" if self.is_latent else str(self.finding["severity"])


class LossChange(NamedTuple):
    """A part of the lab whose loss comes to something else."""

    event: str
    name: str
    before: tuple[str, ...]
    """Workloads that would find no place, or be out of reach."""
    after: tuple[str, ...]


class Comparison(NamedTuple):
    """All that is not the same."""

    before: str
    subjects: tuple[SubjectChange, ...]
    figures: tuple[FigureChange, ...]
    verdicts: tuple[VerdictChange, ...]
    losses: tuple[LossChange, ...]


def compare(before: Side, after: Side) -> Comparison:
    """How two states differ."""
    subjects = tuple(_subjects(before.files, after.files))
    changed = {each.subject.name for each in subjects if each.subject.kind == "service"}
    causes = tuple(each.subject.name for each in subjects if each.subject.kind in CAUSES)
    return Comparison(
        before=before.name,
        subjects=subjects,
        figures=tuple(_figures(before.report, after.report)),
        verdicts=tuple(_verdicts(before.report, after.report, changed, causes)),
        losses=tuple(_losses(before.report, after.report)),
    )


def _subjects(before: Json, after: Json) -> Iterator[SubjectChange]:
    found: dict[Subject, list[FileChange]] = {}
    for name in sorted(before.keys() | after.keys()):
        if name not in after:
            found.setdefault(subject_of(name), []).append(FileChange(name, "removed", ()))
        elif name not in before:
            found.setdefault(subject_of(name), []).append(FileChange(name, "added", ()))
        elif differing := tuple(differences(before[name], after[name])):
            found.setdefault(subject_of(name), []).append(FileChange(name, "changed", differing))
    existed, exists = ({subject_of(name) for name in side} for side in (before, after))
    for subject in sorted(found, key=lambda each: (KINDS.index(each.kind), each.name)):
        status: Status = "changed" if subject in existed & exists else "added" if subject in exists else "removed"
        yield SubjectChange(subject, status, tuple(found[subject]))


def differences(before: Any, after: Any, path: str = "") -> Iterator[Difference]:
    """The fields in which two documents differ. Items of a list that have names are matched by them."""
    old, new = _fields(before), _fields(after)
    if old is not None and new is not None:
        for key in dict.fromkeys((*old, *new)):
            yield from differences(old.get(key), new.get(key), f"{path}{key}".removeprefix("."))
    elif before != after:
        yield Difference(path, before, after)


def _fields(value: Any) -> Json | None:
    """Parts of a mapping or of a list of named items, by their suffix to the path; None for anything else."""
    if isinstance(value, dict):
        return {f".{key}": each for key, each in cast(Json, value).items()}
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in cast(list[Any], value)):
        return None
    items = cast(list[Json], value)
    for key in ("name", "interface", "mountPath", "port"):
        names = [item.get(key) for item in items]
        if None not in names and len(set(names)) == len(names):
            return {f"[{name}]": item for name, item in zip(names, items, strict=True)}
    return None


def _figures(before: Json, after: Json) -> Iterator[FigureChange]:
    old, new = _all_figures(before), _all_figures(after)
    for of, figure in dict.fromkeys((*old, *new)):
        was, is_now = old.get((of, figure), "-"), new.get((of, figure), "-")
        if was != is_now:
            yield FigureChange(of, figure, was, is_now)


def _all_figures(report: Json) -> dict[tuple[str, str], str]:
    figures: dict[tuple[str, str], str] = {}
    for kind, name, row in _rows(report):
        for key, value in row.items():
            if isinstance(value, dict):
                for resource, amount in cast(Json, value).items():
                    if (kind, resource) != ("node", PODS):
                        called, text = _figure(resource, amount)
                        figures[f"{kind} {name}", f"{called} {key}"] = text
            else:
                called, text = _figure(key, value)
                figures[f"{kind} {name}".strip(), called.replace("_", " ")] = text
    return figures


def _figure(name: str, value: Any) -> tuple[str, str]:
    """The name of a figure without its unit, and the figure as people write it."""
    if name.endswith("_bytes"):
        written = str(Memory(value))
        return name.removesuffix("_bytes"), f"{value >> 20}Mi" if written.isdigit() else written
    if name.endswith("_millicores"):
        return name.removesuffix("_millicores"), str(Cpu(value))
    return name, str(value)


def _rows(report: Json) -> Iterator[tuple[str, str, Json]]:
    for table, kind in (("hosts", "host"), ("nodes", "node"), ("tiers", "tier"), ("namespaces", "namespace")):
        for row in report[table]:
            yield kind, row["name"], {key: row[key] for key in FIGURES[kind] if row.get(key) is not None}
    yield "lab", "", {key: each for key in FIGURES["lab"] if (each := report["headroom"][key]) is not None}


FIGURES: Mapping[str, tuple[str, ...]] = {
    "host": ("machine_memory_bytes", "pinned_memory_bytes", "vcpus"),
    "node": ("allocatable", "requests", "limits", "pods", "volumes", "volume_slots"),
    "tier": ("priority", "memory", "services", "requests", "limits"),
    "namespace": ("requests", "limits", "quota"),
    "lab": ("typical_services", "typical_services_after_loss", "block_volumes", "workers"),
}
"""Fields of each row of a report that are compared."""


def _verdicts(before: Json, after: Json, changed: set[str], causes: tuple[str, ...]) -> Iterator[VerdictChange]:
    old, new = ({_said(each): each for each in side["findings"]} for side in (before, after))
    for key, finding in new.items():
        was = old.get(key)
        if was is None:
            latent = finding["code"] in ADMISSION and not changed & _services_of(finding, after)
            about = _services_of(finding, after)
            yield VerdictChange("added", finding, latent, () if not about or changed & about else causes)
        elif (was["message"], was["severity"]) != (finding["message"], finding["severity"]):
            yield VerdictChange("changed", finding, False)
    for key, finding in old.items():
        if key not in new:
            yield VerdictChange("removed", finding, False)


def _said(finding: Json) -> tuple[str, str, str]:
    """The identity of a finding, whatever its numbers and words are."""
    return finding["code"], finding["path"], finding["about"]


def _services_of(finding: Json, report: Json) -> set[str]:
    """The service that a finding is about, or all of the group that it is about."""
    kind, _, rest = str(finding["path"]).partition(".")
    name = rest.partition(".")[0]
    if kind == "services":
        return {name}
    return {each["name"] for each in report["services"] if each["namespace"] == f"{each['tier']}-{name}"}


def _losses(before: Json, after: Json) -> Iterator[LossChange]:
    if before["losses"] is None or after["losses"] is None:
        return
    old, new = ({(each["event"], each["name"]): _taken(each) for each in side["losses"]} for side in (before, after))
    for event, name in dict.fromkeys((*old, *new)):
        was, is_now = old.get((event, name)), new.get((event, name))
        is_told = event == "drain" and (was, is_now) == (old.get(("node", name)), new.get(("node", name)))
        if was != is_now and (was or is_now) and not is_told:
            yield LossChange(event, name, was or (), is_now or ())


def _taken(loss: Json) -> tuple[str, ...]:
    control_plane = () if loss["has_control_plane"] else ("the control plane",)
    return (*control_plane, *(each["workload"] for each in loss["pending"]), *loss["unreachable"])
