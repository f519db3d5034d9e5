"""User data without the keys that they held."""

from dataclasses import dataclass

import pulumi
import pulumi_proxmoxve as proxmoxve

from components.snippet import declare_emptied
from plan import model


@dataclass(frozen=True)
class EmptiedUserDataArgs:
    """Arguments of emptied user data."""

    machine: model.VirtualMachine
    provider: proxmoxve.Provider
    after: tuple[pulumi.Resource, ...]
    """The machine, and a sign that the cluster's API server answers: then it is set up."""


class EmptiedUserData(pulumi.ComponentResource):
    """The files of a machine that held keys of the cluster, written over once it is set up.

    They are resources of their own: to the provider, another content is another file, and a machine with another file
    is another machine. Where they go, the files stay, for those are the machine's.
    """

    def __init__(self, name: str, args: EmptiedUserDataArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("homelab:index:EmptiedUserData", name, None, opts)
        options = pulumi.ResourceOptions(parent=self, provider=args.provider, depends_on=args.after)
        for snippet in args.machine.snippets:
            if snippet.holds_keys:
                declare_emptied(snippet, options)
        self.register_outputs({})
