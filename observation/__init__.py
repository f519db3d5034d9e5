"""The running cluster as it was read, from its API server or from a dump. Frozen, and the same for both."""

from observation.dump import InvalidDump, read_dump
from observation.model import Gap, Observation
from observation.objects import Reference
from observation.usage import InvalidUsage, Usage, read_usage

__all__ = ["Gap", "InvalidDump", "InvalidUsage", "Observation", "Reference", "Usage", "read_dump", "read_usage"]
