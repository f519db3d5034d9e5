"""`homelab new` on the command line."""

from pathlib import Path
from typing import Annotated

import typer

from cli.options import Format, FormatOption, LabOption

new = typer.Typer(help="Write the smallest file for a new service, machine or lab, and plan it.", no_args_is_help=True)


@new.command("service")
def new_service_command(
    name: Annotated[str, typer.Argument(help="Its name, and that of its file.")],
    lab: LabOption = "prod",
    tier: Annotated[str | None, typer.Option(help="How important it is; left out, it is asked for.")] = None,
    image: Annotated[str | None, typer.Option(help="Its container image; left out, it is asked for.")] = None,
    port: Annotated[int | None, typer.Option(help="Where it speaks HTTP.")] = None,
    host: Annotated[str | None, typer.Option(help="The name under which it is reached, without the domain.")] = None,
    description: Annotated[str, typer.Option(help="Its purpose, in a few words.")] = "",
    output: FormatOption = Format.TEXT,
) -> None:
    """Write services/NAME.yaml, and plan the lab with it."""
    from cli.commands.new import run_new_service
    from operations.new import NewService

    stated = NewService(tier or "", image or "", port, host, description)
    raise SystemExit(run_new_service(lab, name, stated, output))


@new.command("machine")
def new_machine_command(
    name: Annotated[str, typer.Argument(help="Its name; the number at its end counts, as in k8s-node7.")],
    lab: LabOption = "prod",
    shape: Annotated[str | None, typer.Option(help="A shape of shapes.yaml; left out, it is asked for.")] = None,
    output: FormatOption = Format.TEXT,
) -> None:
    """Add a line to machines.yaml, and plan the lab with it."""
    from cli.commands.new import run_new_machine

    raise SystemExit(run_new_machine(lab, name, shape, output))


@new.command("lab")
def new_lab_command(
    folder: Annotated[Path, typer.Argument(help="Where to write it; it is then named with --lab FOLDER/.")],
    output: FormatOption = Format.TEXT,
) -> None:
    """Write a small lab that fits, to be changed into one's own."""
    from cli.commands.new import run_new_lab

    raise SystemExit(run_new_lab(folder, output))


@new.command("project")
def new_project_command(
    folder: Annotated[Path, typer.Argument(help="Where to write it, apart from this program.")],
    lab: Annotated[str, typer.Option("--lab", "-l", help="Name of its lab, and of its stack.")] = "house",
    output: FormatOption = Format.TEXT,
) -> None:
    """Write a project of one's own: a small lab, and what Pulumi needs to apply it."""
    from cli.commands.new import run_new_project

    raise SystemExit(run_new_project(folder, lab, output))
