"""Devices and networks of pods that the plan does not know of the nodes."""

from collections.abc import Iterator

from config.lab import Lab
from plan.model.findings import Finding, Rule
from plan.wording import listed

DEVICES_NOT_CHECKED = Rule(
    "DEVICES-NOT-CHECKED",
    "info",
    title="Devices or networks of which the lab does not say what the nodes have",
    meaning=(
        "Pods with resource claims start where a driver has such a device free, and pods with further networks where "
        "Multus and its definitions are. The plan places these pods as if every node had them."
    ),
    remedy="Bind the pods to nodes that have them, with `node_selector`, or leave it.",
)


def device_findings(lab: Lab) -> Iterator[Finding]:
    """A finding for each workload with resource claims or further networks."""
    for name, service in lab.services.items():
        for part in service.parts(name):
            claims = tuple(
                dict.fromkeys(each for _, container in part.containers for each in container.resource_claims)
            )
            networks = tuple(each.name for each in part.workload.further_networks)
            uses = [
                *([f"the resource claims {listed(claims)}"] if claims else []),
                *([f"the networks {listed(networks)}"] if networks else []),
            ]
            if uses:
                yield DEVICES_NOT_CHECKED.finding(
                    part.path,
                    f"the pods of {part.name} need {' and '.join(uses)}: which nodes have them is not checked",
                    "bind the pods to such nodes with node_selector, or leave it",
                    facts={"claims": claims, "networks": networks},
                )
