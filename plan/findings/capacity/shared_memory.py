"""Programs that need more shared memory than a container gets by itself."""

from collections.abc import Iterator
from typing import NamedTuple

from config.lab import Lab
from config.notation import rounded_up
from config.pod import POD_TEMPLATES
from config.quantity import Memory
from config.service import Service
from config.service.container import Container
from config.service.runs import ENDING
from config.source import Path
from plan.findings.capacity.shared_memory_needs import BY_DEFAULT, shared_memory_need
from plan.findings.programs import limit_of
from plan.model.fields import Fields, entries, text, values
from plan.model.findings import Finding, Rule
from plan.model.templates import pod_spec
from plan.workloads.scratch import scratch_of

SHARED_MEMORY_SHORT = Rule(
    "SHARED-MEMORY-SHORT",
    "warning",
    title="A program needs more shared memory than its container has",
    meaning=(
        "A container has 64 MiB at /dev/shm, whatever its memory is. PostgreSQL takes from it for parallel queries and "
        "for building an index in parallel, browsers for their pages, recorders for the pictures of their cameras. "
        "When it is full, a query fails with `could not resize shared memory segment: No space left on device`, and a "
        "browser crashes."
    ),
    remedy="Mount scratch space with medium: memory at /dev/shm; what is in it counts towards the container's memory.",
)

PLACE = "/dev/shm"
_UNBOUNDED = 1 << 62


class _Program(NamedTuple):
    """A container that runs all the time."""

    path: Path
    name: str
    image: str
    words: tuple[str, ...]
    files: str
    has: int
    """Bytes at /dev/shm."""
    memory: int | None
    """Its limit in bytes."""


def shared_memory_findings(lab: Lab) -> Iterator[Finding]:
    """A finding for each container that needs more at /dev/shm than it has."""
    for name, service in lab.services.items():
        for each in (*_in_parts(name, service), *_in_files(lab, name)):
            need = shared_memory_need(each.image, each.words, each.files)
            if need and need.size > each.has:
                yield _finding(each, need.size, need.why)


def _in_parts(name: str, service: Service) -> Iterator[_Program]:
    for part in service.parts(name):
        if not part.workload.replicas or part.workload.runs_as in ENDING:
            continue
        for path, each in part.containers:
            if "init" not in path[len(part.path) :]:
                words, files = (*each.command, *each.args), " ".join(each.files.values())
                yield _Program(path, part.name, each.image, words, files, _has(service, each), limit_of(each))


def _has(service: Service, container: Container) -> int:
    """Bytes at /dev/shm: of what is mounted there, else by default."""
    for key, points in container.mounts.items():
        if any(point.path.rstrip("/") == PLACE for point in points):
            scratch = scratch_of(service).get(key)
            sizes = [int(each) for each in (scratch.size, limit_of(container)) if each] if scratch else []
            return min(sizes, default=_UNBOUNDED)
    return BY_DEFAULT


def _in_files(lab: Lab, name: str) -> Iterator[_Program]:
    for stated in lab.objects.get(name, ()):
        if stated.kind not in POD_TEMPLATES or stated.kind in ("Job", "CronJob"):
            continue
        pod = pod_spec(stated.content)
        for each in entries(pod, "containers"):
            words = tuple(str(word) for key in ("command", "args") for word in values(each, key))
            limit = text(each, "resources", "limits", "memory")
            memory = rounded_up(limit) if limit else None
            yield _Program(stated.path, stated.name, text(each, "image"), words, "", _mounted(pod, each), memory)


def _mounted(pod: Fields, container: Fields) -> int:
    names = [
        text(each, "name")
        for each in entries(container, "volumeMounts")
        if text(each, "mountPath").rstrip("/") == PLACE
    ]
    limits = [text(each, "emptyDir", "sizeLimit") for each in entries(pod, "volumes") if text(each, "name") in names]
    return min((rounded_up(each) if each else _UNBOUNDED for each in limits), default=BY_DEFAULT)


def _finding(program: _Program, needed: int, why: str) -> Finding:
    size = Memory(1 << (needed - 1).bit_length())
    has = f"{Memory(program.has)}" + (", as every container has by itself" if program.has == BY_DEFAULT else "")
    more = program.memory is not None and size * 2 > program.memory
    memory = f", and memory: {Memory(size + program.memory)}" if more and program.memory else ""
    how = (
        f"mount an emptyDir with medium: Memory and sizeLimit: {size} at {PLACE} of {program.name}"
        if program.path[0] == "objects"
        else f"write scratch: {{shared-memory: {{size: {size}, medium: memory}}}}, mounts: {{shared-memory: {PLACE}}}"
    )
    return SHARED_MEMORY_SHORT.finding(
        program.path,
        f"{program.name} needs about {size} at {PLACE} ({why}), and has {has}: when it is full, what needs more fails",
        f"{how}{memory}; it counts towards the memory of the container",
        about=f"{program.name} {program.image}",
        facts={"needed_bytes": int(size), "available_bytes": program.has},
    )
