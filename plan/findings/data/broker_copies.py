"""Topics of Kafka that are to have more copies than there are brokers."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from config.lab import Lab
from config.namespaces import namespace_of, namespace_of_object
from config.source import Path
from plan.findings.program import Program
from plan.model.fields import mapping, number, text, values
from plan.model.findings import Finding, Rule
from plan.wording import plural

MORE_COPIES_THAN_BROKERS = Rule(
    "MORE-COPIES-THAN-BROKERS",
    "warning",
    title="Kafka is to keep more copies than it has brokers",
    meaning=(
        "Kafka makes a topic only where there are as many brokers as it is to have copies. So it is with its own "
        "topics of offsets and transactions, which it makes when the first consumer comes: until then all looks well, "
        "and then nobody receives a message (`INVALID_REPLICATION_FACTOR`, `GROUP_COORDINATOR_NOT_AVAILABLE`)."
    ),
    remedy="Write as many copies as there are brokers at most, or run more brokers.",
)

_IMAGES = ("kafka", "kafka-native", "cp-kafka", "cp-server")
_COPIES = re.compile(
    r"(?im)^\s*(?:--override\s+)?(?P<name>(?:KAFKA_(?:CFG_)?)?(?:OFFSETS[._]TOPIC|TRANSACTION[._]STATE[._]LOG|DEFAULT|"
    r"SHARE[._]COORDINATOR[._]STATE[._]TOPIC)[._](?:REPLICATION[._]FACTOR|MIN[._]ISR)|(?:KAFKA_(?:CFG_)?)?"
    r"MIN[._]INSYNC[._]REPLICAS)\s*=\s*(?P<copies>\d+)\s*$"
)


def broker_copy_findings(lab: Lab, found: Sequence[Program]) -> Iterator[Finding]:
    """A finding for each setting of a server or a Kafka of Strimzi that asks for more copies than it has brokers."""
    servers = [each for each in found if each.short in _IMAGES and each.is_main and not each.ends]
    brokers = Counter[str]()
    for each in servers:
        brokers[namespace_of(lab, each.service)] += each.replicas
    for each in servers:
        yield from _judged(each.path, each.name, each.told, brokers[namespace_of(lab, each.service)])
    for stated in lab.objects_by_kind.get("Kafka", ()):
        if text(stated.content, "apiVersion").startswith("kafka.strimzi.io/"):
            own = namespace_of_object(lab, stated)
            pools = [
                each.content
                for each in lab.objects_by_kind.get("KafkaNodePool", ())
                if namespace_of_object(lab, each) == own
                and mapping(each.content, "metadata", "labels").get("strimzi.io/cluster") == stated.name
                and "broker" in values(each.content, "spec", "roles")
            ]
            count = sum(number(each, "spec", "replicas") for each in pools) or number(
                stated.content, "spec", "kafka", "replicas"
            )
            settings = mapping(stated.content, "spec", "kafka", "config")
            told = "\n".join(f"{key}={each}" for key, each in settings.items())
            yield from _judged(stated.path, stated.name, told, count)


def _judged(path: Path, name: str, told: str, brokers: int) -> Iterator[Finding]:
    for match in _COPIES.finditer(told) if brokers else ():
        copies = int(match["copies"])
        if copies > brokers:
            yield MORE_COPIES_THAN_BROKERS.finding(
                path,
                f"{match['name']} of {name} asks for {copies} copies, and there {'is' if brokers == 1 else 'are'} "
                f"{plural(brokers, 'broker')}: the topic is never made",
                f"write {match['name']}: {brokers}, or run {copies} brokers",
                about=f"{name} {match['name']}",
                facts={"copies": copies, "brokers": brokers},
            )
