"""Sets up .venv, which every target of make does first: `python3 environment.py runtime`.

What is there is kept as long as it was made from the same files, in this folder. Another one is built beside it and
takes its place when it is whole; where that fails, offline for instance, what is there goes on. It needs nothing but
Python, and tells an old Python so: only what Python 3.6 reads stands here.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
OLDEST = (3, 11)
INSTALLER = "requirements-uv.txt"
LEVELS = ("installer", "runtime", "development", "documentation")
"""Each has all that those before it have."""
REQUIREMENTS = {
    "installer": (),
    "runtime": ("requirements.txt",),
    "development": ("requirements-dev.txt",),
    "documentation": ("requirements-dev.txt", "requirements-docs.txt"),
}
MARK = "set-up.json"
"""Says in .venv what it was made from."""


def main(arguments):
    """Set up a level, by name; returns an exit code."""
    level, is_stated = arguments[0], "--stated" in arguments
    if sys.version_info < OLDEST and not is_usable(ROOT):
        return fail("this needs Python 3.11 or newer, and {} is {}.{}: make {} PYTHON=python3.12".format(
            sys.executable, *sys.version_info[:2], "plan"))  # fmt: skip
    return set_up(ROOT, level, build, version() if is_stated else None)


def set_up(root, level, build, python=None):
    """Make sure that .venv has `level`; with `python`, of that version."""
    venv, mark = root / ".venv", read_mark(root)
    if venv.is_symlink() and is_usable(root, level):
        return 0  # whoever made it looks after it
    wanted = max(level, mark.get("level", level), key=LEVELS.index)
    made_from = fingerprint(root, wanted, python or mark.get("python", version()))
    if mark == made_from and is_usable(root, wanted):
        return 0
    print(f"Setting up .venv: {why(root, mark, made_from)}", flush=True)
    new = root / ".venv.new"
    try:
        shutil.rmtree(str(new), ignore_errors=True)
        build(root, new, wanted)
        rename_scripts(new, venv)
        (new / MARK).write_text(json.dumps(fingerprint(root, wanted, version()), indent=1) + "\n")
        swap(new, venv)
    except (OSError, subprocess.CalledProcessError) as error:
        shutil.rmtree(str(new), ignore_errors=True)
        has_enough = mark and LEVELS.index(mark["level"]) >= LEVELS.index(level)
        if has_enough and is_usable(root, level) and python is None:
            print(f"That failed ({error}); going on with the .venv that is there.", file=sys.stderr)
            return 0
        return fail(f"cannot be set up: {error}")
    return 0


def fingerprint(root, level, python):
    """The files that an environment is made from."""
    names = (INSTALLER, *REQUIREMENTS[level], "pyproject.toml")
    files = {name: hashlib.sha256((root / name).read_bytes()).hexdigest() for name in names}
    return {"folder": str(root), "level": level, "python": python, "files": files}


def why(root, mark, made_from):
    """Why another one is needed."""
    if not mark:
        return "it has none"
    if mark["folder"] != made_from["folder"]:
        return "this one belongs to {}".format(mark["folder"])
    if mark["python"] != made_from["python"]:
        return "this one is of Python {}, and wanted is {}".format(mark["python"], made_from["python"])
    if mark["level"] != made_from["level"]:
        return f"this one is for {mark['level']}, and wanted is {made_from['level']}"
    changed = [name for name in made_from["files"] if mark["files"].get(name) != made_from["files"][name]]
    return "{} changed".format(", ".join(changed)) if changed else "its Python does not run"


def build(root, new, level):
    """Install a level into a new environment. Raises CalledProcessError."""
    run(sys.executable, "-m", "venv", str(new))
    python, old = str(new / "bin" / "python"), root / ".venv" / "bin" / "uv"
    uv = str(old) if runs(str(old), "--version") else str(new / "bin" / "uv")
    if uv != str(old):
        run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes",
            "--requirement", str(root / INSTALLER))  # fmt: skip
    for name in (INSTALLER, *REQUIREMENTS[level]):
        run(uv, "pip", "install", "--quiet", "--python", python, "--require-hashes", "--requirement", str(root / name))
    if level != "installer":
        run(uv, "pip", "install", "--quiet", "--python", python, "--offline", "--no-deps", "--editable", str(root))


def rename_scripts(new, venv):
    """Programs name the Python that runs them by its path, which is about to change."""
    for file in (*(new / "bin").iterdir(), new / "pyvenv.cfg"):
        if file.is_file() and not file.is_symlink():
            content = file.read_bytes()
            if os.fsencode(new) in content and b"\0" not in content[:512]:
                file.write_bytes(content.replace(os.fsencode(new), os.fsencode(venv)))


def swap(new, venv):
    """Put the new environment in the place of the old one."""
    old = venv.with_name(".venv.old")
    shutil.rmtree(str(old), ignore_errors=True)
    if venv.exists():
        venv.rename(old)
    new.rename(venv)
    shutil.rmtree(str(old), ignore_errors=True)


def is_usable(root, level="runtime"):
    """Whether the Python of .venv runs: it does not where the one that it was made of is gone."""
    needed = "import typer, yaml, pydantic" if level != "installer" else ""
    return runs(str(root / ".venv" / "bin" / "python"), "-c", needed)


def read_mark(root):
    """The contents that .venv was made from; nothing if that is not known."""
    try:
        return json.loads((root / ".venv" / MARK).read_text())
    except (OSError, ValueError):
        return {}


def version():
    """The minor version of this Python."""
    return "{}.{}".format(*sys.version_info[:2])


def runs(*command):
    """Whether a command ends well."""
    try:
        return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0
    except OSError:
        return False


def run(*command):
    """Run a command. Raises CalledProcessError and OSError."""
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def fail(sentence):
    """Say in a sentence why nothing could be done."""
    print(f"make: {sentence}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
