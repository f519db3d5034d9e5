"""The commands of `homelab`."""

import gc
import sys
from collections.abc import Callable, Mapping
from typing import Annotated

import typer

from cli import applying, operating, planning
from cli.adopt import adopt
from cli.help import add_help
from cli.new import new
from cli.run import run

COMMANDS: Mapping[str, Callable[..., None]] = {
    "plan": planning.plan,
    "render": planning.render,
    "report": planning.report,
    "schema": planning.schema,
    "migrate": planning.migrate,
    "findings": planning.findings,
    "explain": planning.explain,
    "guard": applying.guard,
    "comment": applying.comment,
    "drift": applying.drift,
    "up": applying.up,
    "preflight": applying.preflight,
    "drain": operating.drain,
    "scale": operating.scale,
    "upgrade": operating.upgrade,
    "doctor": operating.doctor,
    "dump": operating.dump,
    "rightsize": operating.rightsize,
    "rehearse": planning.rehearse,
}
"""In the order in which they are listed."""

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


def _print_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        print(f"homelab {version('homelab')}")
        raise typer.Exit


@app.callback()
def whole(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and end.")
    ] = False,
) -> None:
    """Says what a homelab is, whether it fits and what is wrong with it, before anything is touched."""


for name, command in COMMANDS.items():
    app.command(name)(command)
app.add_typer(adopt, name="adopt")
app.add_typer(new, name="new")
add_help(app)


def main() -> None:
    """Entry point of the console script."""
    gc.disable()  # a plan is made once and printed; collecting garbage meanwhile costs a fifth of the time
    raise SystemExit(run(app, sys.argv[1:]))


if __name__ == "__main__":
    main()
