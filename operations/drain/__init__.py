"""Drain: where the pods of a node would go, what holds it up, and what is interrupted, on the cluster that runs."""

from operations.drain.alternatives import with_alternatives as with_alternatives
from operations.drain.blockers import Blocker as Blocker
from operations.drain.commands import commands as commands
from operations.drain.foresee import Drain as Drain
from operations.drain.foresee import Move as Move
from operations.drain.foresee import UnknownNode as UnknownNode
from operations.drain.foresee import foresee as foresee
