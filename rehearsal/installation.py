"""The engine with its plugins: those that are installed on this machine, else those that are built here."""

import importlib.metadata
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from rehearsal.tools import ToolMissing, path_of, version_of

PLUGINS = ("kubernetes", "proxmoxve", "random", "tls")
"""All that the program uses."""
STAND_IN = "pulumi-stand-in"
STANDS_IN_FOR = ("random", "tls")
"""No Go module holds these two: a program of ours plays what the lab needs of them."""
LANGUAGE_HOST = "pulumi-language-python"
PYTHON = "HOMELAB_PYTHON"
"""The variable that tells the stand-in of the language host which Python runs the program."""
HOST_SCRIPT = f"""#!/bin/sh
export PYTHONPATH="$(dirname "$0")/../..:$PYTHONPATH"
exec "${PYTHON}" -m rehearsal.language_host "$@"
"""


class Installation(NamedTuple):
    """An engine that keeps everything that it writes in one folder."""

    pulumi: Path
    environment: dict[str, str]
    """Environment to run it with, in addition to the present one."""


def missing(plugins: Iterable[str] = ("kubernetes",)) -> str | None:
    """Why there is no engine with these plugins; None if there is one, built if it had to be."""
    try:
        _pulumi()
        for name in plugins:
            _plugin(name)
    except ToolMissing as lacking:
        return str(lacking)
    return None


def versions(plugins: Iterable[str] = PLUGINS) -> dict[str, str]:
    """Which engine and plugins these are, and where one is not the released one, what it is instead."""
    pulumi = subprocess.run([_pulumi(), "version"], capture_output=True, text=True, check=True)
    return {"pulumi": pulumi.stdout.strip()} | {name: _version(name) for name in plugins}


def is_released(plugin: str) -> bool:
    """Whether a plugin is the one that Pulumi installs, and not built here: of that, an earlier revision may be all
    that a module holds."""
    return _installed(plugin) is not None


def install(folder: Path, plugins: Iterable[str] = ("kubernetes",)) -> Installation:
    """Lay out an engine in a folder, with its state there too.

    Raises:
        ToolMissing: a part is not here and could not be built.
    """
    home, state, programs = folder / "pulumi", folder / "state", folder / "bin"
    for each in (home, state, programs):
        each.mkdir()
    pulumi = _pulumi()
    (programs / "pulumi").symlink_to(pulumi)
    for name in plugins:
        _lay_out(name, home / "plugins")
    return Installation(
        pulumi,
        {
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
            PYTHON: sys.executable,
            "PULUMI_HOME": str(home),
            "PULUMI_BACKEND_URL": f"{state.as_uri()}?metadata=skip",  # as the project has it
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
        },
    )


def _pulumi() -> Path:
    found = shutil.which("pulumi")
    if found:
        return Path(found)
    built = path_of("pulumi")
    host = built.with_name(LANGUAGE_HOST)  # where the engine looks for it first
    if not host.exists() or host.read_text(encoding="utf-8") != HOST_SCRIPT:
        unfinished = host.with_name(f"{LANGUAGE_HOST}.{os.getpid()}")
        unfinished.write_text(HOST_SCRIPT, encoding="utf-8")
        unfinished.chmod(0o755)
        unfinished.replace(host)
    return built


def _plugin(name: str) -> Path:
    """The program of a plugin."""
    return _installed(name) or path_of(STAND_IN if name in STANDS_IN_FOR else f"pulumi-resource-{name}")


def _version(name: str) -> str:
    if is_released(name):
        return _folder(name).rpartition("-")[2]
    return "stand-in" if name in STANDS_IN_FOR else f"built from {version_of(f'pulumi-resource-{name}')}"


def _installed(name: str) -> Path | None:
    """The program of a plugin that Pulumi has installed, in the version that the program asks for."""
    home = os.environ.get("PULUMI_HOME")
    plugins = (Path(home) if home else Path.home() / ".pulumi") / "plugins"
    program = plugins / _folder(name) / f"pulumi-resource-{name}"
    return program if program.exists() else None


def _folder(name: str) -> str:
    return f"resource-{name}-v{importlib.metadata.version(f'pulumi-{name}')}"


def _lay_out(name: str, plugins: Path) -> None:
    """The folder of a plugin has to be a real one: the engine does not follow a link to a folder."""
    folder = plugins / _folder(name)
    folder.mkdir(parents=True)
    program = _plugin(name)
    beside = program.parent.iterdir() if _installed(name) else ()
    for each in beside:
        (folder / each.name).symlink_to(each)
    link = folder / f"pulumi-resource-{name}"
    if not link.exists():
        link.symlink_to(program)
