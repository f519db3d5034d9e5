"""Errors that a service ran with before it was adopted."""

from typing import Annotated

from config.model import Model, Reason, Text, text_like

Code = Annotated[str, text_like(r"^[A-Z][A-Z0-9]*(-[A-Z0-9]+)*$", "the code of an error, for example DOES-NOT-FIT")]


class RanWith(Model):
    """One error of the plan that stops no `up`: what it is about runs so."""

    error: Code
    """Its code."""
    at: Text
    """The place that it is about, as `homelab findings --format json` has it: in the service, or in its objects."""
    about: str = ""
    """The thing that it is about, where there are several at one place."""
    reason: Reason
    """Why it may stay."""
