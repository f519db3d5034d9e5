"""Programs that a rehearsal runs: those on PATH in the pinned version, else built here, once, from pinned Go modules.

`python -m rehearsal.tools [NAME...]` builds what is missing and prints where it is.
"""

import fcntl
import hashlib
import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rehearsal.programs import PREPARED, TOOLS, Preparation, Tool

MODULES = Path(__file__).parent / "tools"
BUILT = Path(__file__).parents[1] / ".tools" / "bin"
"""Outside of what `make clean` removes: building takes half an hour."""

Tell = Callable[[str], None]


class ToolMissing(Exception):
    """A program is not here and could not be built; the message says what to do."""


def _to_stderr(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def path_of(name: str, tell: Tell = _to_stderr) -> Path:
    """The program, built if it has to be.

    Raises:
        ToolMissing: it is not here and could not be built.
    """
    tool = TOOLS[name]
    return _on_path(name, tool) or _built(name, tool, tell)


def version_of(name: str) -> str:
    """The version that its go.mod pins, for example `v1.34.2`; empty for a program of this project."""
    tool = TOOLS[name]
    if tool.module is None:
        return ""
    return _pinned((MODULES / tool.folder / "go.mod").read_text(encoding="utf-8"), tool.module)


def sdk_version(name: str) -> str:
    """That of the Python package whose plugin it is, for example `4.34.2`."""
    return importlib.metadata.version(PREPARED[name].sdk)


def source_of(name: str) -> Path:
    """The folder of the module that a program comes from: it has more than the program.

    Raises:
        ToolMissing: Go is not here, or cannot download the module.
    """
    tool = TOOLS[name]
    assert tool.module is not None, name
    answer = _go(name, "mod", "download", "-json", tool.module, cwd=MODULES / tool.folder)
    return Path(json.loads(answer)["Dir"])


def _pinned(go_mod: str, module: str) -> str:
    match = re.search(rf"^(?:require)?\s+{re.escape(module)} (v\S+)", go_mod, re.MULTILINE)
    assert match is not None, module
    return match[1]


def _on_path(name: str, tool: Tool) -> Path | None:
    found = shutil.which(name) if tool.tells_version is not None else None
    if found is None or tool.tells_version is None:
        return None
    try:
        told = subprocess.run([found, *tool.tells_version], capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    version = version_of(name).removeprefix("v")
    return Path(found) if re.search(rf"(?<![\d.]){re.escape(version)}(?![\d.])", told.stdout) else None


def _built(name: str, tool: Tool, tell: Tell) -> Path:
    path = BUILT / name
    digest = _digest(name, tool)
    stamp = BUILT / f"{name}.built-from"
    with _alone(BUILT / f".{name}.lock"):
        if not (path.exists() and stamp.exists() and stamp.read_text(encoding="utf-8") == digest):
            _build(name, tool, path, tell)
            stamp.write_text(digest, encoding="utf-8")
    return path


def _digest(name: str, tool: Tool) -> str:
    """Of everything that a build depends on but the Go compiler."""
    folder = MODULES / tool.folder
    own = sorted(folder.rglob("*.go")) if tool.package.startswith("homelab/") else []
    content = [file.read_bytes() for file in (folder / "go.mod", folder / "go.sum", *own)]
    prepared = [repr((PREPARED[name], sdk_version(name))).encode()] if name in PREPARED else []
    return hashlib.sha256(b"\0".join([repr((name, tool)).encode(), *content, *prepared])).hexdigest()


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Processes that need the same program at the same time build it once."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _build(name: str, tool: Tool, path: Path, tell: Tell) -> None:
    tell(f"building {f'{name} {version_of(name)}'.strip()}, about {_duration(tool.seconds)}, once")
    start = time.monotonic()
    unfinished = path.with_name(f"{name}.unfinished")
    with _source(name, tool) as source:
        arguments = ("build", "-o", str(unfinished), "-ldflags", f"-s -w {_variables(name, tool)}", tool.package)
        _go(name, *arguments, cwd=source, while_running=lambda seconds: _progress(name, tool, seconds, tell))
    unfinished.replace(path)
    tell(f"built {name} in {_duration(time.monotonic() - start)}")


def _variables(name: str, tool: Tool) -> str:
    versions = {"version": version_of(name), "sdk": sdk_version(name) if name in PREPARED else ""}
    return " ".join(f"-X {each.format_map(versions)}" for each in tool.variables)


@contextmanager
def _source(name: str, tool: Tool) -> Iterator[Path]:
    """The folder to build in: a copy where something has to be made first, so that nothing is written next to it."""
    folder = MODULES / tool.folder
    if name not in PREPARED:
        yield folder
        return
    with tempfile.TemporaryDirectory() as temporary:
        copy = Path(shutil.copytree(folder, Path(temporary) / tool.folder))
        _prepare(name, tool, PREPARED[name], copy)
        yield copy


def _prepare(name: str, tool: Tool, preparation: Preparation, folder: Path) -> None:
    if preparation.copied:
        shutil.copyfile(source_of(name) / preparation.copied, folder / Path(preparation.copied).name)
    if preparation.generator:
        _go(name, "run", "-ldflags", _variables(name, tool), *preparation.generator, cwd=folder)


def _progress(name: str, tool: Tool, seconds: float, tell: Tell) -> None:
    tell(f"building {name}: {_duration(seconds)} of about {_duration(tool.seconds)}")


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} minutes"


def _go(name: str, *arguments: str, cwd: Path, while_running: Callable[[float], None] = lambda seconds: None) -> str:
    go = shutil.which("go")
    if go is None:
        wanted = f"{name} {version_of(name)}".strip()
        raise ToolMissing(
            f"{wanted} is not on PATH and Go, which builds it, is not either: see https://go.dev/doc/install"
        )
    environment = os.environ | {"CGO_ENABLED": "0", "GOWORK": "off", "GOFLAGS": "-buildvcs=false"}
    with subprocess.Popen(
        [go, *arguments], cwd=cwd, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        start = time.monotonic()
        while True:
            try:
                output, errors = process.communicate(timeout=60)
                break
            except subprocess.TimeoutExpired:
                while_running(time.monotonic() - start)
            except BaseException:
                process.kill()
                raise
    if process.returncode != 0:
        last = "\n".join(errors.strip().splitlines()[-10:])
        raise ToolMissing(f"{name} could not be built; 'go {arguments[0]}' says:\n{last}")
    return output


if __name__ == "__main__":
    try:
        for each in sys.argv[1:] or TOOLS:
            print(path_of(each))
    except ToolMissing as missing:
        sys.exit(str(missing))
