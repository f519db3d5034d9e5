"""One request, as those see it who answer it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rehearsal.proxmox.access import User
from rehearsal.proxmox.answers import Refusal, invalid, lock_timeout, no_machine
from rehearsal.proxmox.state import Host, Machine, State, Storage
from rehearsal.proxmox.tasks import Tasks

Answer = Callable[..., Any]
Route = tuple[str, str, Answer]
"""Method, path, and what answers it with the `data`; the path's variables are its arguments."""


@dataclass(frozen=True)
class Call:
    """A request: who asks for what."""

    state: State
    tasks: Tasks
    user: User
    parameters: Mapping[str, str]
    lists: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """The same parameters, with all values of those that were given more than once."""
    lock_held: bool = False
    """Another process holds the lock of the machine that is asked for."""
    task_error: str | None = None
    """How the task ends that the request starts, before it changed anything."""

    def host(self, node: str) -> Host:
        """Raises Refusal where there is no such node."""
        try:
            return self.state.hosts[node]
        except KeyError:
            raise Refusal(f"hostname lookup '{node}' failed - failed to get address info for: {node}") from None

    def machine(self, node: str, vmid: int) -> Machine:
        """Raises Refusal where there is no such machine on the node."""
        self.host(node)
        machine = self.state.machines.get(vmid)
        if machine is None or machine.node != node:
            raise no_machine(node, vmid)
        return machine

    def storage(self, node: str, name: str) -> Storage:
        """Raises Refusal where there is no such storage on the node."""
        self.host(node)
        storage = self.state.storages.get(name)
        if storage is None:
            raise Refusal(f"storage '{name}' does not exist")
        if storage.nodes is not None and node not in storage.nodes:
            raise Refusal(f"storage '{name}' is not available on node '{node}'")
        if not storage.enabled:
            raise Refusal(f"storage '{name}' is disabled")
        return storage

    def required(self, name: str) -> str:
        """Raises Refusal where the parameter is missing."""
        if name not in self.parameters:
            raise invalid(**{name: "property is missing and it is not optional"})
        return self.parameters[name]

    def unlocked(self, vmid: int, machine: Machine) -> None:
        """Raises Refusal where a task or another process has locked the machine."""
        if self.lock_held:
            raise lock_timeout(vmid)
        if "lock" in machine.config:
            raise Refusal(f"VM is locked ({machine.config['lock']})")

    def start(
        self, node: str, kind: str, about: str | int, work: Callable[[], None], undo: Callable[[], None] | None = None
    ) -> str:
        """Starts a task and gives its UPID. Where the task fails, what `undo` does comes last."""

        def disturbed() -> None:
            try:
                if self.lock_held:
                    raise lock_timeout(about)
                if self.task_error is not None:
                    raise Refusal(self.task_error)
                work()
            except Refusal:
                if undo is not None:
                    undo()
                raise

        return self.tasks.start(node, kind, about, self.user.name, disturbed)
