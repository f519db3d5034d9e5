"""The part of a plan that one Proxmox has."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from config.machine import Machine
from plan.model import Plan


class Part(NamedTuple):
    """A Proxmox, and what the lab has on it."""

    host: str | None
    """A host with an endpoint of its own; None for the Proxmox of the stack's settings."""
    endpoint: str | None
    plan: Plan


def parts_of(plan: Plan) -> Iterator[Part]:
    """The Proxmox of the stack's settings, unless no host is on it, and each host that has an endpoint of its own."""
    site = plan.lab.site
    own = {host: endpoint for host in site.hosts if (endpoint := site.endpoint_of(host))}
    if len(own) < len(site.hosts) or not own:
        yield Part(None, None, _on(plan, site.hosts.keys() - own.keys()) if own else plan)
    for host, endpoint in own.items():
        yield Part(host, endpoint, _on(plan, {host}))


def _on(plan: Plan, hosts: set[str]) -> Plan:
    site = plan.lab.site
    here = site.model_copy(
        update={
            "hosts": {name: row for name, row in site.hosts.items() if name in hosts},
            "templates": {name: row for name, row in site.templates.items() if row.host in hosts},
        }
    )
    return plan._replace(
        lab=replace(plan.lab, site=here, machines=_here(plan.lab.machines, hosts)),
        machines=tuple(each for each in plan.machines if each.host in hosts),
        templates=tuple(each for each in plan.templates if each.host in hosts),
    )


def _here(machines: Mapping[str, Machine], hosts: set[str]) -> dict[str, Machine]:
    return {name: machine for name, machine in machines.items() if machine.host in hosts}
