"""How far an `up` has come: a value that grows by the engine's events."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple, assert_never

from operations.guard.reading.step import ACTIONS, Action
from operations.up.events import Began, Ended, Event, Result, Said, Summed
from operations.up.subject import is_made


class Waited(NamedTuple):
    """A step that is under way."""

    urn: str
    action: Action
    since: datetime
    rolls_out: bool = False
    """Whether the engine calls it done, and its pods are not all new and ready."""


class Failure(NamedTuple):
    """A step that failed, or the program."""

    urn: str
    """Empty of what is about no resource."""
    action: Action
    reason: str
    """The engine's or the API server's; on one line."""


class Done(NamedTuple):
    """A step that was done."""

    urn: str
    action: Action
    seconds: float
    at: datetime
    """When it ended."""


class Progress(NamedTuple):
    """How far an `up` has come."""

    under_way: Mapping[str, Waited] = {}
    """By URN, the longest first."""
    done: tuple[Done, ...] = ()
    failed: tuple[Failure, ...] = ()
    said: Mapping[str, str] = {}
    """The last error about each URN that has not failed yet."""
    program: tuple[str, ...] = ()
    """Errors about no resource: the program's own, and those of its end."""
    interrupted: bool = False
    """Whether it was asked to stop: steps that fail from then on were given up."""
    given_up: tuple[str, ...] = ()
    """URNs of steps that were under way then."""
    result: Result | None = None
    """None until it has ended by itself."""
    seconds: int = 0

    def after(self, event: Event) -> "Progress":
        """How far it is after an event."""
        match event:
            case Began():
                return self._began(event)
            case Ended():
                return self._ended(event)
            case Said():
                return self._said(event)
            case Summed():
                return self._replace(result=event.result, seconds=event.seconds)
            case _:
                assert_never(event)

    def interrupt(self) -> "Progress":
        """The same, asked to stop."""
        return self._replace(interrupted=True)

    def _began(self, event: Began) -> "Progress":
        action = ACTIONS.get(event.op, "nothing")
        if action == "nothing" or not is_made(event.urn) or event.urn in self.under_way:
            return self
        return self._replace(under_way={**self.under_way, event.urn: Waited(event.urn, action, event.at)})

    def _ended(self, event: Ended) -> "Progress":
        waited = self.under_way.get(event.urn)
        if waited is None and not event.failed:
            return self
        others = {urn: each for urn, each in self.under_way.items() if urn != event.urn}
        action = waited.action if waited else ACTIONS.get(event.op, "nothing")
        if event.failed and self.interrupted:
            return self._replace(under_way=others, given_up=(*self.given_up, event.urn))
        if event.failed:
            failure = Failure(event.urn, action, self.said.get(event.urn, ""))
            return self._replace(under_way=others, failed=(*self.failed, failure))
        if any(each.urn == event.urn for each in self.done):
            return self._replace(under_way=others)  # imported, then updated; or recreated, then the old one deleted
        seconds = (event.at - waited.since).total_seconds() if waited else 0.0
        return self._replace(under_way=others, done=(*self.done, Done(event.urn, action, seconds, event.at)))

    def _said(self, event: Said) -> "Progress":
        about = event.diagnostic
        if not about.is_error:
            return self
        if is_made(about.urn):
            return self._replace(said={**self.said, about.urn: about.reason})
        return self._replace(program=(*self.program, about.reason))
