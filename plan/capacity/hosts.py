"""How much of each Proxmox host is committed to machines and volumes, against its hardware."""

from collections import Counter
from collections.abc import Iterable, Iterator

from config.lab import Lab
from config.machine import Machine, MachineDisk
from plan.capacity.host_memory import overhead
from plan.capacity.volumes import Stored, stored_by_host
from plan.model import HostUse, NodeUse


def host_uses(lab: Lab, uses: Iterable[NodeUse]) -> tuple[HostUse, ...]:
    """The hosts, in the order of the file; block volumes count where the pods on the nodes' `uses` have them."""
    stored = stored_by_host(lab, uses)
    return tuple(_host(lab, name, stored) for name in lab.site.hosts)


def _host(lab: Lab, name: str, stored: Stored) -> HostUse:
    host = lab.site.hosts[name]
    machines = [machine for machine in lab.machines.values() if machine.host == name]
    committed = _on_disks(machines)
    committed.update({storage: size for (where, storage), size in stored.placed.items() if where == name})
    alone = {each for each in stored.unplaced if sum(each in row.storages for row in lab.site.hosts.values()) == 1}
    committed.update({storage: stored.unplaced[storage] for storage in alone & host.storages.keys()})
    return HostUse(
        name=name,
        memory=host.memory,
        machine_memory=sum(machine.memory for machine in machines),
        pinned_memory=sum(machine.memory for machine in machines if machine.pci_devices),
        reserved_memory=host.reserved_memory or 0,
        threads=host.threads,
        vcpus=sum(machine.vcpus for machine in machines),
        storages={storage: (committed[storage], row.size) for storage, row in host.storages.items()},
        anywhere={each: stored.unplaced[each] for each in stored.unplaced if each in host.storages.keys() - alone},
    )


def _on_disks(machines: Iterable[Machine]) -> Counter[str]:
    """Bytes of the machines' own disks, by storage."""
    committed: Counter[str] = Counter()
    for machine in machines:
        for disk in machine.disks:
            committed[disk.storage] += disk.size
    return committed


def has_memory_for(lab: Lab, name: str) -> bool:
    """Whether one more machine like another fits into the memory of its host, its overhead included.
    A node that is no machine of a host may always be added."""
    machine = lab.machines.get(name)
    if machine is None:
        return True
    host = lab.site.hosts[machine.host]
    committed = sum(each.memory for each in lab.machines.values() if each.host == machine.host)
    return committed + (host.reserved_memory or 0) + machine.memory + overhead(machine.memory) <= host.memory


def written_at_most(lab: Lab, host: str, disk: str) -> int:
    """MB/s that the machines may write to a physical disk at once, as far as they are limited."""
    return sum(each.write_mb_per_second or 0 for each in machine_disks_on(lab, host, disk))


def machine_disks_on(lab: Lab, host: str, disk: str) -> Iterator[MachineDisk]:
    """Disks of machines that are on a physical disk of a host."""
    storages = lab.site.hosts[host].storages
    for machine in lab.machines.values():
        if machine.host == host:
            yield from (each for each in machine.disks if storages[each.storage].disk == disk)
