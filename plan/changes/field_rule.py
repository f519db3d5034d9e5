"""A rule about the value of a field, and sentences that rules share."""

from typing import Literal, NamedTuple

from plan.changes.effects import Effect
from plan.model import Severity

When = Literal[
    "falls", "rises", "becomes", "leaves", "goes", "narrows", "vanishes", "appears", "differs", "major", "older"
]
"""`falls`: a number or a size is less than before. `rises`: it is more. `becomes`: it is one of the values, and was
none of them before. `leaves`: it was one of the values, and is none of them any more. `goes`: it is not stated any
more, or an item of a list or map is gone. `narrows`: the same for a field that means all where it is not stated; a
value that stands there twice goes with the last of them. `vanishes`: nothing of it is stated any more. `appears`: it
is stated, and was not before. `differs`: it is another value. `major`: it is an image of a newer major version,
`older`: of an older one."""


class FieldRule(NamedTuple):
    """Effect of a change of a field's value."""

    field: str
    when: When
    effect: Effect
    message: str
    fix: str
    values: tuple[object, ...] = ()
    default: object = None
    """The value where none is stated, as the API server or the operator fills it in."""
    given: tuple[str, object] | None = None
    """Only where another field has this value, before or after."""
    unless: str | None = None
    """Not where this field was stated before."""
    severity: Severity = "error"
    """A warning where nothing is lost that the old value does not bring back at once."""


SHRINKS = "A volume cannot become smaller: the change is refused, and the `up` ends half-way."
AS_IT_IS = "state the size that the volume has"
OFF = "take the change back; to switch it off on purpose, allow it by name"
BACK_UP = "take the change back; back up what it holds before"
RETAIN = "take the change back; the data is safe as long as this says Retain"
OLD_PATH = "Requests for the path that goes find nothing."
BELOW = "Requests for paths below it find nothing."
OTHER_CERTIFICATE = "Browsers get another certificate than before, or the controller's own, and refuse that."
OLD_HOST = "Nothing reaches the service by the host name that goes."
FOLLOW = "take the change back, or change those that use it in the same `up`"
UNLESS_INTENDED = "take the change back, unless it is intended"
COMPARE_FIRST = "compare it with what runs first"
COMPARE = "compare it with what runs, and allow it by name"
UNGUARDED_ROUTE = (
    "Requests may reach the service without what it named until now: a login, a limit of rate, a list of addresses."
)
NOT_ALL = "Requests by a method that is not named any more find nothing."
OLD_ADDRESS = "Nobody reaches it by the address that it has now."
