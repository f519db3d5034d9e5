"""Values of charts that decide over pods, and of which the footprint has to know."""

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from config.lab import Lab
from config.service import HelmService
from plan.model.fields import mapping
from plan.model.findings import Finding, Rule
from plan.wording import listed

HOST_PORTS_UNCOUNTED = Rule(
    "HOST-PORTS-UNCOUNTED",
    "warning",
    title="A chart takes ports of the node, and its footprint does not say so",
    meaning=(
        "Two pods that take the same port of the node never share a node. A second one stays Pending where there is no "
        "further node, also during a rollout that starts the new pod before the old one ends. The plan places the pods "
        "of a chart by its footprint, so it has to know the ports."
    ),
    remedy="Write the ports into `host_ports` of the workload's footprint.",
)

FOOTPRINT_INCOMPLETE = Rule(
    "FOOTPRINT-INCOMPLETE",
    "warning",
    title="The values of a chart size a container that its footprint leaves out",
    meaning=(
        "The plan counts the containers that a footprint names. Values that give resources to another one mean that "
        "the chart runs more than is counted: on nodes, in quotas and in losses."
    ),
    remedy="Name the container in the footprint, with `values` as the place of its resources.",
)

_KEYS = frozenset({"hostport", "hostports", "usehostport", "hostnetwork", "usehostnetwork", "hostnetworking"})
"""In lower case."""
_OFF: tuple[object, ...] = (None, False, 0, "", "false", (), [])


def chart_value_findings(lab: Lab) -> Iterator[Finding]:
    """All findings about values of charts."""
    for name, service in lab.services.items():
        if isinstance(service, HelmService) and not any(each.host_ports for each in service.footprint.values()):
            taking = [".".join(path) for path in paths_taking_host_ports(service.values)]
            if taking:
                yield HOST_PORTS_UNCOUNTED.finding(
                    ("services", name, "values"),
                    f"{listed(taking)} in the values of {name} takes ports of the node, and no workload of its "
                    "footprint has host_ports: whether two of its pods, or one of another service, want the same port "
                    "of a node could not be checked",
                    "write host_ports, for example `host_ports: [443]`, at the workload of the footprint that takes "
                    "them",
                    facts={"values": tuple(taking)},
                )


def footprint_findings(lab: Lab) -> Iterator[Finding]:
    """Resources in the values of charts that no container of the footprint stands for."""
    for name, service in lab.services.items():
        if not isinstance(service, HelmService):
            continue
        counted = {
            container.values
            for workload in service.footprint.values()
            for container in (*workload.containers.values(), *workload.init.values())
        }
        left_out = [path for path in _sized(service.values) if path not in counted]
        if left_out and None not in counted:
            yield FOOTPRINT_INCOMPLETE.finding(
                ("services", name, "values"),
                f"{listed(left_out)} in the values of {name} sizes a container that its footprint does not name: it is "
                "not counted",
                f"name it in the footprint of {name}, with values: {left_out[0]}",
                facts={"values": tuple(left_out)},
            )


def _sized(values: Mapping[str, object], above: str = "") -> Iterator[str]:
    """Where values state requests or limits; those of a claim ask for storage alone."""
    for key, value in values.items():
        if isinstance(value, Mapping):
            below = cast(Mapping[str, object], value)
            path = f"{above}{key}"
            amounts = [mapping(below, each) for each in ("requests", "limits")]
            if any({*each} - {"storage"} for each in amounts):
                yield path
            else:
                yield from _sized(below, f"{path}.")


def paths_taking_host_ports(values: object, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Where values of a chart give pods ports of the node or its network."""
    if isinstance(values, Mapping):
        for key, value in cast(Mapping[str, object], values).items():
            if key.lower() not in _KEYS:
                yield from paths_taking_host_ports(value, (*above, key))
            elif _is_on(value):
                yield (*above, key)
    elif isinstance(values, list | tuple):
        for number, value in enumerate(cast(Sequence[object], values)):
            yield from paths_taking_host_ports(value, (*above, str(number)))


def _is_on(value: object) -> bool:
    """Some charts have a mapping with `enabled` there."""
    if isinstance(value, Mapping):
        return bool(cast(Mapping[str, object], value).get("enabled", True))
    return value not in _OFF
