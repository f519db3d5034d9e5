"""The issue on the drift of a lab. It names fields and no values that run: somebody may have put a password there."""

from collections.abc import Iterator, Mapping, Sequence

from cli.text.markdown import code, escaped, fitted, fold, is_cut, section
from observation.objects import Reference
from operations.adopt.cluster.comparison import Difference
from operations.drift import Drift, State, whole_state
from operations.preflight import Check
from operations.review.publishing import Issue
from plan.wording import plural

TITLES: Mapping[State, str] = {
    "same": "{}: what runs is what the lab says",
    "differs": "{}: what runs differs from the lab",
    "not known": "{}: not all of what runs could be compared with the lab",
}
NEXT = (
    "`homelab doctor --lab {0}` shows the values. `homelab up --lab {0}` makes it as the lab says; a change that is "
    "meant to stay goes into the lab's files. This issue is edited in place, and closed when nothing differs any more."
)
MACHINES = "Machines on their hosts were not compared: `homelab drift --machines` asks Proxmox."


def drift_issue(lab: str, found: Drift, machines: Sequence[Check] | None = None, link: str | None = None) -> Issue:
    """The issue; without a body where there is nothing to tell."""
    state = whole_state(found, machines)
    title = TITLES[state].format(lab)
    if state == "same":
        return Issue(title, None)
    sections = (*_sections(found), *_machines(machines or ()))
    shown = [f"{plural(found.same, 'object')} {'runs' if found.same == 1 else 'run'} as stated.", ""]
    shown += [escaped(NEXT.format(lab)), *(() if machines is not None else ("", escaped(MACHINES)))]
    shown += [line for heading, lines in sections for line in section(heading, lines)]
    folds = [fold(f"{heading}: {len(lines)} in all", lines) for heading, lines in sections if is_cut(lines)]
    rest = code(f"homelab doctor --lab {lab}")
    after = f"\nFrom {escaped(link)}\n" if link else ""
    return Issue(
        title, fitted("\n".join(shown) + "\n", folds, lambda count: f"\n{count} more left out: {rest}.\n", after)
    )


def unreachable_issue(lab: str, why: str) -> Issue:
    """The issue where the cluster does not answer at all."""
    return Issue(TITLES["not known"].format(lab), f"Nothing was compared: {escaped(why)}.\n")


def _sections(found: Drift) -> Iterator[tuple[str, list[str]]]:
    yield "Nodes of the lab that the cluster does not have", [f"- {code(each)}" for each in found.nodes_missing]
    yield "Nodes of the cluster that the lab does not have", [f"- {code(each)}" for each in found.nodes_unknown]
    yield "Missing objects", [f"- {code(str(each))}" for each in found.missing]
    yield "Fields that differ", [f"- {_object(each)}: {code('.'.join(each.path))}" for each in found.differing]
    yield (
        "Not checked",
        [f"- {code(str(each.object))}: {escaped(each.reason)}" for each in found.not_asked if _is_open(each.object)],
    )


def _machines(checks: Sequence[Check]) -> Iterator[tuple[str, list[str]]]:
    found = [each for check in checks for each in check.findings]
    yield "Machines and disks on their hosts", [f"- {code(each.code)}: {escaped(each.message)}" for each in found]


def _object(difference: Difference) -> str:
    key = difference.key
    return code(str(Reference(key.kind, key.namespace or None, key.name)))


def _is_open(one: Reference) -> bool:
    return one.kind != "Secret"
