"""Runs a command so that nothing but its own words, or one sentence, reaches whoever typed it."""

import codecs
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import typer
from typer.exceptions import TyperException
from typer.main import get_command

from cli.exits import FINE, INTERRUPTED
from config.folder import LABS
from config.reasons import reason_of
from config.scratch import NoScratch

PLAIN_SIGNS = {"█": "#", "░": ".", "▒": ":", "…": "...", "—": "-", "→": "->", "·": "-", "✓": "ok"}
"""ASCII in place of the characters of bars and texts, where the output cannot encode them."""
COMPLETION = "_HOMELAB_COMPLETE"
"""Variable that a shell sets when it asks for completions."""
_ROOT = Path(__file__).resolve().parents[1]


def run(app: typer.Typer, arguments: Sequence[str]) -> int:
    """Run a command line and return its exit code."""
    _allow_any_encoding()
    try:
        if sentence := next(filter(None, map(_foreign_checkout, _places())), None):
            return _refuse(sentence, arguments)
        code = _invoke(app, arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        _drop_output()  # a reader such as `head` has enough
        return FINE
    except KeyboardInterrupt:
        print("homelab: interrupted", file=sys.stderr)
        return INTERRUPTED
    except NoScratch as error:
        return _refuse(str(error), arguments)
    except OSError as error:
        _drop_output()
        what = f"{error.filename} cannot be used" if error.filename else "the output cannot be written"
        return _refuse(f"{what}: {reason_of(error)}", ())
    return code


def _invoke(app: typer.Typer, arguments: Sequence[str]) -> int:
    if COMPLETION in os.environ:
        app(list(arguments), prog_name="homelab")
    command = get_command(app)
    try:
        with command.make_context("homelab", list(arguments)) as context:
            command.invoke(context)
    except SystemExit as done:
        return done.code if isinstance(done.code, int) else FINE
    except typer.Exit as done:
        return done.exit_code
    except typer.Abort:
        return INTERRUPTED
    except TyperException as error:
        return _refuse(_sentence(error, arguments), arguments)
    return FINE


def _sentence(error: TyperException, arguments: Sequence[str]) -> str:
    """The error in a command line, and what to type instead."""
    if isinstance(error, typer.BadParameter) and error.param is not None and error.message:
        name = (error.param.opts or [str(error.param.name)])[0]
        said = f"{name}: {error.message.removeprefix('Value error, ')}"
    else:
        said = error.format_message() or "name one of the commands"
        said = f"{said[:1].lower()}{said[1:]}"
    after = arguments[1:]
    lab = next(
        (each for each, before in zip(after, arguments, strict=False) if _is_lab(each) and before != "--lab"), None
    )
    meant = f"; did you mean --lab {lab}?" if lab and "--lab" not in arguments else ""
    command = getattr(getattr(error, "ctx", None), "command_path", "homelab")
    return f"{said.rstrip('.')}{meant or ('' if said.endswith('?') else f'; see {command} --help')}"


def _is_lab(word: str) -> bool:
    return word.isprintable() and bool(word) and os.sep not in word and (LABS / word / "site.yaml").is_file()


def _refuse(sentence: str, arguments: Sequence[str]) -> int:
    from cli.output import refuse_input

    words = " ".join(arguments).replace("=", " ")
    return refuse_input(sentence, "json" if "--format json" in words or "-f json" in words else "text")


def _places() -> Iterator[Path]:
    """Where the user stands, and where what was typed is: a .venv that was copied along runs the program that it was
    made for. One that is a link is shared on purpose."""
    here = Path.cwd()
    yield here
    yield Path(sys.argv[0]).absolute().parent
    is_own = (_ROOT / ".venv").resolve() == Path(sys.prefix).resolve()
    if not is_own and _ROOT not in (here.resolve(), *here.resolve().parents):
        yield Path(sys.prefix)


def _foreign_checkout(folder: Path) -> str | None:
    """Refusal in a folder of another copy of the program, whose labs and rules would not be used; None elsewhere."""
    for place in (folder, *folder.parents):
        if (place / "cli" / "run.py").is_file() and (place / "config" / "labs").is_dir():
            if place.resolve() == _ROOT:
                return None
            return f"this is the program of {_ROOT}, and {place} has its own: `make plan` there sets up its .venv"
    return None


def _allow_any_encoding() -> None:
    """Signs that the encoding of the terminal lacks are replaced, not refused."""
    codecs.register_error("homelab", _replaced)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="homelab")  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]


def _replaced(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    signs = error.object[error.start : error.end]
    return "".join(PLAIN_SIGNS.get(sign, "?") for sign in signs), error.end


def _drop_output() -> None:
    """Nothing more is written, at the end of the process either."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, sys.stdout.fileno())
    os.close(nothing)
