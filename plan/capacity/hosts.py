"""How much of each Proxmox host is committed to machines and volumes, against its hardware."""

from collections import Counter
from collections.abc import Iterator

from config.lab import Lab
from config.machine import MachineDisk
from config.storage_class import BlockStorageClass
from plan.capacity.host_memory import overhead
from plan.model import HostUse
from plan.workloads.objects import claimed


def host_uses(lab: Lab) -> tuple[HostUse, ...]:
    """The hosts, in the order of the file."""
    return tuple(_host(lab, name) for name in lab.site.hosts)


def _host(lab: Lab, name: str) -> HostUse:
    host = lab.site.hosts[name]
    machines = [machine for machine in lab.machines.values() if machine.host == name]
    committed = _committed_storage(lab, name)
    return HostUse(
        name=name,
        memory=host.memory,
        machine_memory=sum(machine.memory for machine in machines),
        pinned_memory=sum(machine.memory for machine in machines if machine.pci_devices),
        reserved_memory=host.reserved_memory or 0,
        threads=host.threads,
        vcpus=sum(machine.vcpus for machine in machines),
        storages={storage: (committed[storage], row.size) for storage, row in host.storages.items()},
    )


def _committed_storage(lab: Lab, host: str) -> Counter[str]:
    """Bytes by storage. Which host a block volume ends up on is not known: it counts on each with its storage."""
    committed: Counter[str] = Counter()
    for machine in lab.machines.values():
        if machine.host == host:
            for disk in machine.disks:
                committed[disk.storage] += disk.size
    for name, service in lab.services.items():
        in_files = ((storage_class, size) for _, _, storage_class, size in claimed(lab.objects.get(name, ())))
        for storage_class, size in (*service.stored(), *in_files):
            row = lab.storage_classes.get(storage_class)
            if isinstance(row, BlockStorageClass):
                committed[row.storage] += size
    return committed


def has_memory_for(lab: Lab, name: str) -> bool:
    """Whether one more machine like another fits into the memory of its host, what it takes beside its own included.
    A node that is no machine of a host may always be added."""
    machine = lab.machines.get(name)
    if machine is None:
        return True
    host = lab.site.hosts[machine.host]
    promised = sum(each.memory for each in lab.machines.values() if each.host == machine.host)
    return promised + (host.reserved_memory or 0) + machine.memory + overhead(machine.memory) <= host.memory


def written_at_most(lab: Lab, host: str, disk: str) -> int:
    """MB/s that the machines may write to a physical disk at once, as far as they are limited."""
    return sum(each.write_mb_per_second or 0 for each in machine_disks_on(lab, host, disk))


def machine_disks_on(lab: Lab, host: str, disk: str) -> Iterator[MachineDisk]:
    """Disks of machines that lie on a physical disk of a host."""
    storages = lab.site.hosts[host].storages
    for machine in lab.machines.values():
        if machine.host == host:
            yield from (each for each in machine.disks if storages[each.storage].disk == disk)
