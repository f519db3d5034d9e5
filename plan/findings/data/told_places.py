"""Brokers that are told to keep their messages, at a place that no volume has."""

import re
from collections.abc import Iterable, Iterator

from plan.findings.data.data_paths import DATA_BESIDE_VOLUME, DATA_WITHOUT_VOLUME
from plan.findings.program import Program
from plan.model.findings import Finding

_KEEPS = re.compile(r"(?m)^\s*persistence\s+true\s*$")
_PLACE = re.compile(r"(?m)^\s*persistence_location\s+(\S+)\s*$")
_OWN = "/mosquitto/data"
"""The folder that the image has for it (its README)."""
_LOST = "retained messages are gone with the next restart of the pod, and with them the devices that were announced"


def told_place_findings(found: Iterable[Program]) -> Iterator[Finding]:
    """A finding for each Mosquitto that writes its messages beside its volumes. It has to be told where: without
    persistence_location it writes into the folder that it was started in."""
    for each in found:
        if each.short not in ("eclipse-mosquitto", "mosquitto") or each.ends or not _KEEPS.search(each.told):
            continue
        stated = _PLACE.search(each.told)
        place = (stated[1].rstrip("/") or "/") if stated else "/"
        if each.is_mounted(f"{place.rstrip('/')}/mosquitto.db"):
            continue
        volumes = [at for at, kept in each.mounts.items() if kept == "volume"]
        where = place if stated else "no place that it is told (persistence_location)"
        rule = DATA_BESIDE_VOLUME if volumes else DATA_WITHOUT_VOLUME
        yield rule.finding(
            each.path,
            f"{each.name} is told to keep its messages (persistence true) in {where}, and "
            + (f"its volume is mounted at {volumes[0]}" if volumes else "no volume is mounted at all")
            + f": {_LOST}",
            f"write persistence_location {volumes[0].rstrip('/')}/"
            if volumes
            else f"mount a volume at {_OWN}, and write persistence_location {_OWN}/",
            about=each.name,
            facts={"data": place},
        )
