"""Settings that the cluster itself reads: those of its name server, its proxy, and of nodes that join."""

from collections.abc import Iterator

from operations.guard.consequence import Consequence, not_known
from operations.guard.reading.step import Step
from operations.guard.reading.values import block
from plan.changes.object_rules import CLUSTER_SETTINGS, touches

NOT_READ = "The cluster itself reads it: no rule says what the new content does to names, traffic or nodes that join."


def settings_of_cluster(step: Step, target: str, paths: tuple[str, ...]) -> Iterator[Consequence]:
    """The consequence of other data in such a ConfigMap. `paths` are those that differ."""
    metadata = block(step.resource.inputs, "metadata")
    causes = tuple(path for path in paths if not touches(path, ("metadata",)))
    if causes and (metadata.get("namespace"), metadata.get("name")) in CLUSTER_SETTINGS:
        yield not_known(target, causes, NOT_READ)
