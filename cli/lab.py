"""The lab that a command is about, as it is typed."""

import typer


def named(lab: str | None) -> str | None:
    """The name or path of a lab, which is not empty. Raises BadParameter."""
    if lab is not None and not lab.strip():
        raise typer.BadParameter("it is empty; write the name of a folder in config/labs/, or a path such as ./house")
    return lab
