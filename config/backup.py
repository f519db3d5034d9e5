"""Copies of data that something outside of the lab makes."""

from typing import Annotated

from pydantic import Field

from config.model import Model, Text


class StatedBackup(Model):
    """A copy that something outside of the lab makes."""

    by: Text
    """The tool or the machine that makes it, for example `restic on the NAS`."""
    to: Text
    """The machine, the service or the place that holds it."""
    every_hours: Annotated[int, Field(ge=1, le=24 * 366)]
    """Hours between two copies: so much work is lost at most."""
