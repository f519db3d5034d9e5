"""Consequences of a step for a provider: it runs nothing, and decides where everything is written."""

from collections.abc import Iterator, Sequence

from config.model import shown
from operations.guard.consequence import Consequence, not_known
from operations.guard.objects.consequences import target_of
from operations.guard.reading.step import Step
from operations.guard.reading.values import is_known
from plan.changes.engine_rules import HARMLESS, KUBERNETES, PROXMOX, REDIRECTS
from plan.changes.object_rules import touches
from plan.model.fields import entries, text
from plan.wording import listed

PREFIX = "pulumi:providers:"
ELSEWHERE = "From then on it writes to another host or cluster, and assumes that everything in the state is there."
NOT_SHOWN = (
    "The preview does not show it: either only the access is new (another certificate or address of the same "
    "cluster), or everything is written to another cluster from then on."
)
ANOTHER_WAY = "It is reached in another way, or works in another way."
COMPARE = "compare the old and the new kubeconfig (`server` and `certificate-authority-data`), and allow it by name"
DEFAULT = "default"
"""How the engine begins the name of a provider that nobody declared."""
AMBIENT = (
    "Something is declared without a provider: it is written to whichever cluster or host the environment of this "
    "command names."
)
VERSION = (
    "Another version of the provider may do something else with the same change: the guard's rules were read from the "
    "version that this program pins."
)


def provider_consequences(step: Step) -> Iterator[Consequence]:
    """Consequences of a step for where resources are written."""
    target = f"{step.type.removeprefix(PREFIX)}/{step.name}"
    if step.action == "create" and step.type in REDIRECTS and step.name.startswith(DEFAULT):
        fix = "give what is declared the provider of the lab, and set `pulumi:disable-default-providers` for the stack"
        yield Consequence("REDIRECT", "error", target, (), AMBIENT, fix)
    if step.action not in ("update", "replace"):
        return
    causes = tuple(dict.fromkeys(path for path, _ in step.changes))
    redirecting = tuple(path for path in causes if touches(path, REDIRECTS.get(step.type, ())))
    elsewhere = tuple(_hosts_elsewhere(step)) if step.type == PROXMOX else ()
    if elsewhere:
        message = f"Snippets and disks are written by SSH to another host: {'; '.join(elsewhere)}."
        yield Consequence("REDIRECT", "error", target, ("ssh.node",), message, "take the change back")
    harmless = tuple(path for path in causes if touches(path, HARMLESS.get(step.type, ())))
    if step.action == "replace" and not redirecting:
        redirecting = step.replacing or ("the provider itself",)
    if redirecting:
        yield _elsewhere(step, target, redirecting)
    if "version" in causes:
        yield Consequence("UPDATE", "warning", target, ("version",), VERSION, "read its release notes")
    if harmless:
        yield Consequence("UPDATE", "info", target, harmless, ANOTHER_WAY, "")
    rest = tuple(path for path in causes if path not in (*redirecting, *harmless, "version"))
    if rest or not (causes or redirecting):
        yield not_known(target, rest, "No rule says what this argument does to where things are written.")


def _hosts_elsewhere(step: Step) -> Iterator[str]:
    """Hosts of which the address for SSH differs."""
    before, after = (
        {text(each, "name"): text(each, "address") for each in entries(inputs, "ssh", "nodes")}
        for inputs in (step.before, step.after)
    )
    for name, address in before.items():
        if after.get(name, address) != address:
            yield f"{name} {shown(address)} -> {shown(after[name])}"


def through_another(steps: Sequence[Step]) -> Iterator[Consequence]:
    """The consequence of resources that are told to be written through another provider than before."""
    moved: dict[tuple[str, str], list[str]] = {}
    for step in steps:
        old, new = step.old_state, step.new_state
        if old and new and step.action in ("nothing", "update") and _is_another(old.provider, new.provider):
            moved.setdefault((old.provider, new.provider), []).append(target_of(step))
    for (_, new), targets in moved.items():
        urn = new.rpartition("::")[0]
        target = f"{urn.split('::')[2].removeprefix(PREFIX)}/{urn.rpartition('::')[2]}"
        message = f"{ELSEWHERE} It is another provider than the one that made {listed(targets)}."
        yield Consequence("REDIRECT", "error", target, ("provider",), message, "take the change back")


def _is_another(old: str, new: str) -> bool:
    """Whether two references, `URN::id`, are of different providers: one that is renamed keeps its id, and one that is
    made anew its name."""
    (urn, _, number), (other, _, its_number) = old.rpartition("::"), new.rpartition("::")
    return bool(urn and other) and urn != other and number != its_number


def _elsewhere(step: Step, target: str, causes: tuple[str, ...]) -> Consequence:
    arguments = {path: _spelt(path) for path in causes}
    values = {name: (step.before.get(name), step.after.get(name)) for name in arguments.values()}
    if (
        step.type == KUBERNETES
        and step.action == "update"
        and not all(is_known(each) for pair in values.values() for each in pair)
    ):
        return not_known(target, causes, NOT_SHOWN, COMPARE)
    was = "; ".join(f"{shown(old)} -> {shown(new)}" for old, new in values.values() if isinstance(new, str))
    told = f" ({was})" if was and step.type != KUBERNETES else ""
    return Consequence("REDIRECT", "error", target, causes, f"{ELSEWHERE}{told}", "take the change back")


def _spelt(path: str) -> str:
    """As the engine spells an argument."""
    head, *rest = path.split(".")[0].split("_")
    return head + "".join(part.capitalize() for part in rest)
