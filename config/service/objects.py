"""Services of kind `objects`: Kubernetes objects as they are written in files."""

from collections.abc import Iterator
from typing import ClassVar, Literal, final

from config.model import Name, Text
from config.service.common import Endpoint
from config.service.footprint import FootprintService, FootprintWorkload


@final
class ObjectsService(FootprintService):
    """Objects of any kind, each exactly as it is written in its file."""

    makes_pods: ClassVar = "owner"
    unmounted: ClassVar = "no workload of the footprint mounts it; write its claim into a file of objects"

    kind: Literal["objects"]
    footprint: dict[Name, FootprintWorkload] = {}
    """Workloads that an operator makes of these objects, by name. Without it such pods are not counted."""
    endpoint: Endpoint | None = None
    provides: tuple[Text, ...] = ()
    """API groups that it provides, in addition to those of CustomResourceDefinitions in the files."""

    def stored(self) -> Iterator[tuple[str, int]]:
        for volume in self.volumes.values():
            if volume.storage_class:
                yield volume.storage_class, volume.size
