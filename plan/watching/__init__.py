"""Watching: rules for alerts and dashboards, made of the tiers, the nodes and the data ledger of a lab."""

from collections.abc import Iterable

from config.lab import Lab
from plan.ledger import ledger
from plan.model import Namespace, Node
from plan.watching.capacity import capacity_alerts
from plan.watching.governance import governance_alerts
from plan.watching.keeping import keeping_alerts
from plan.watching.rule import Group
from plan.watching.trouble import trouble_alerts


def alert_groups(lab: Lab, nodes: tuple[Node, ...], namespaces: Iterable[Namespace]) -> tuple[Group, ...]:
    """All rules for alerts of a lab, by subject."""
    return (
        Group("homelab-capacity", tuple(capacity_alerts(lab, nodes))),
        Group("homelab-trouble", tuple(trouble_alerts(lab))),
        Group("homelab-tiers", tuple(governance_alerts(lab, namespaces))),
        Group("homelab-keeping", tuple(keeping_alerts(lab, ledger(lab)))),
    )
