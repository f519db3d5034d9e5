"""How to get out of a state in which an `up` cannot go on: each command that a message names, as data.

Seen with pulumi 3.274 and pulumi-kubernetes 4.34: after a kill, the lock and the operation that was under way stay in
the state. `pulumi refresh` does not mend a creation, and with `--import-pending-creates` or `--clear-pending-creates`
the object stays outside of the state, so that the next `up` ends with "already exists". `pulumi import` takes what the
API server filled in for stated, so that Services, StatefulSets, claims and Jobs are replaced; and it writes under
another field manager than the `up` that was cut off, so that the next change of any object may end in a conflict.
"""

from collections.abc import Mapping, Sequence
from shlex import quote
from typing import Literal, NamedTuple

from plan.changes.engine_rules import OWNERS_OF_NOTHING
from plan.changes.object_rules import RELEASE
from plan.wording import listed, printable

Trouble = Literal[
    "locked",
    "attributes cut off",
    "creation cut off",
    "creation of an object cut off",
    "creation of nothing outside cut off",
    "creation on a host cut off",
    "change cut off",
    "installation cut off",
    "release cut off",
    "protected",
    "field conflict",
    "changed by hand",
]


class WayOut(NamedTuple):
    """Commands to run, one after the other, and the situation afterwards."""

    commands: tuple[str, ...]
    """With the names of `Interrupted` in braces."""
    afterwards: str


WAYS_OUT: Mapping[Trouble, WayOut] = {
    "locked": WayOut(("pulumi cancel --yes",), "the next `up` begins"),
    "attributes cut off": WayOut(
        ("find state -name '*.json.attrs' -empty -delete",), "the state is read again, as it was last written"
    ),
    "creation cut off": WayOut(
        (
            "pulumi cancel --yes",
            "pulumi import {type} {name} {id}{parent}{provider} --generate-code=false --protect=false --yes",
            "pulumi refresh --clear-pending-creates --yes",
        ),
        "the state knows the object, and the next preview shows what still differs",
    ),
    "creation of an object cut off": WayOut(
        (
            "pulumi cancel --yes",
            "homelab adopt cluster --import {stack}",
            "pulumi refresh --clear-pending-creates --yes",
        ),
        "the state knows the object as it is, and the next change neither replaces it nor conflicts with its fields",
    ),
    "creation of nothing outside cut off": WayOut(
        ("pulumi cancel --yes", "pulumi refresh --clear-pending-creates --yes"),
        "the next `up` makes it: a component, a provider, a key or a password is nowhere but in the state",
    ),
    "creation on a host cut off": WayOut(
        ("pulumi cancel --yes", "pulumi refresh --clear-pending-creates --yes"),
        "the state forgets it; `homelab preflight` names what is half-made on the host, and how that goes away",
    ),
    "change cut off": WayOut(
        ("pulumi cancel --yes", "pulumi refresh --yes"), "the state is what runs, and nothing is pending"
    ),
    "installation cut off": WayOut(
        (
            "pulumi cancel --yes",
            "helm uninstall {object} --namespace {namespace}",
            "pulumi refresh --clear-pending-creates --yes",
        ),
        "no object of the chart is left, and the next `up` installs it",
    ),
    "release cut off": WayOut(
        ("pulumi cancel --yes", "helm rollback {object} --namespace {namespace}", "pulumi refresh --yes"),
        "the release is as it was before, and Helm takes the next upgrade",
    ),
    "protected": WayOut(("pulumi state unprotect {urn} --yes",), "the next `up` deletes or replaces it"),
    "changed by hand": WayOut(
        ("pulumi up --refresh",),
        "what runs is what the lab says; a preview with --refresh may fail where the `up` does not",
    ),
    "field conflict": WayOut(
        ("pulumi preview --json",),
        "without --refresh the preview comes to its end. With it, one is stricter than the `up`: it fails at each "
        "field that `kubectl` wrote",
    ),
}
"""Every way out, by what it gets out of."""


NOTHING_OUTSIDE = (*OWNERS_OF_NOTHING, "pulumi:providers:", "random:", "tls:")
"""Types of resources that are nowhere but in the state."""
ON_A_HOST = "proxmoxve:"


class Interrupted(NamedTuple):
    """An operation that was under way when an `up` was cut off."""

    urn: str
    doing: str
    """`creating`, `updating`, `deleting`, ..."""
    id: str = ""
    parent: str = ""
    provider: str = ""
    """URN and id of its provider; empty where only the preview's warning tells of it."""

    @classmethod
    def of_urn(cls, urn: str, doing: str) -> "Interrupted":
        """One of which no more is known."""
        return cls(urn, doing)

    @property
    def type(self) -> str:
        """For example `kubernetes:apps/v1:Deployment`."""
        parts = self.urn.split("::", maxsplit=3)
        return parts[2].rpartition("$")[2] if len(parts) == 4 else ""

    @property
    def name(self) -> str:
        """The name under which the program declares it."""
        return self.urn.split("::", maxsplit=3)[-1]

    @property
    def trouble(self) -> Trouble:
        """The trouble that the resource is in."""
        if self.type.rpartition(":")[2] == RELEASE[1] and self.type.startswith(f"kubernetes:{RELEASE[0]}/"):
            return "installation cut off" if self.doing == "creating" else "release cut off"
        if self.doing != "creating":
            return "change cut off"
        if self.type.startswith(NOTHING_OUTSIDE):
            return "creation of nothing outside cut off"
        if self.type.startswith(ON_A_HOST):
            return "creation on a host cut off"
        return "creation of an object cut off" if self.type.startswith("kubernetes:") else "creation cut off"

    @property
    def is_known(self) -> bool:
        """Whether enough is known of it to name commands: a preview's warning tells its URN alone."""
        return bool(self.provider) or self.trouble == "creation of nothing outside cut off"

    @property
    def commands(self) -> tuple[str, ...]:
        """Commands to run."""
        return commands(self.trouble, self)


def commands(trouble: Trouble, of: Interrupted) -> tuple[str, ...]:
    """Commands that get this resource out of a trouble; each part is quoted for a shell."""
    namespace, _, name = of.name.rpartition("/")
    has_parent = of.parent and "::pulumi:pulumi:Stack::" not in of.parent
    fields = {
        "type": of.type,
        "name": of.name,
        "id": of.id or of.name,
        "urn": of.urn,
        "namespace": namespace or "default",
        "object": name,
        "stack": of.urn.removeprefix("urn:pulumi:").partition("::")[0],
    }
    provider = of.provider.rpartition("::")[0]
    quoted = {key: quote(value) for key, value in fields.items()}
    quoted["parent"] = f" --parent {quote(f'parent={of.parent}')}" if has_parent else ""
    quoted["provider"] = f" --provider {quote(f'provider={provider}')}" if provider else ""
    return tuple(each.format(**quoted) for each in WAYS_OUT[trouble].commands)


def interrupted(operations: Sequence[Interrupted]) -> str:
    """One sentence: what was under way, and what to run."""
    if not operations:
        return (
            "an `up` was cut off, and the result of its last step is not known: `pulumi stack export` names it under "
            "`pending_operations`; hand that to `homelab guard --stack`"
        )
    names = listed([printable(f"{each.doing} {each.type.rpartition(':')[2]} {each.name}") for each in operations])
    if not all(each.is_known for each in operations):
        return (
            f"an `up` was cut off while it was {names}, so what became of that is not known: "
            "`pulumi stack export > stack.json`, and `homelab guard --stack stack.json` with this preview names the "
            "commands that mend it"
        )
    steps = dict.fromkeys(command for each in operations for command in each.commands)
    ordered = sorted(steps, key=lambda each: " refresh" in each)  # it reads what the others have mended
    return (
        f"an `up` was cut off while it was {names}, so the result of that is not known: run "
        f"{', then '.join(f'`{printable(each)}`' for each in ordered)}, and make a new preview"
        f"{_warning(operations)}"
    )


def _warning(operations: Sequence[Interrupted]) -> str:
    if any(each.trouble == "creation on a host cut off" for each in operations):
        return "; `homelab preflight` then names what is half-made on the host"
    if any(each.trouble == "creation cut off" for each in operations):
        return "; what does not exist cannot be imported: `pulumi refresh --clear-pending-creates --yes` forgets it"
    return ""
