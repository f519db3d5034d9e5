"""Whether the token may do what the plan needs."""

from operations.preflight.check import Check, unchecked
from operations.preflight.state import State, Unread
from plan.model import Finding, Plan
from plan.model.findings import Rule
from plan.proxmox.privileges import ROLES, Need, contains, needs
from plan.wording import listed

TOKEN_PRIVILEGES = Rule(
    "TOKEN-PRIVILEGES",
    "error",
    title="The token lacks privileges that the plan needs",
    meaning="The `up` would stop half-way with 403. What is granted on a path replaces what is inherited from above.",
    remedy="Give the token's user the role that the message names; docs/preflight.md has the commands.",
)


TOKEN_MORE_THAN_NEEDED = Rule(
    "TOKEN-MORE-THAN-NEEDED",
    "warning",
    title="The token may do more than any lab needs",
    meaning=(
        "Whoever gets hold of the token, in the state or on the machine that runs the `up`, has these privileges too. "
        "The roles of docs/preflight.md are enough for all that the program ever does."
    ),
    remedy="Make a user with the roles of docs/preflight.md and a token of its own, and revoke this one.",
)

MONITOR = {"VM.GuestAgent.Audit": "VM.Monitor"}
"""Privileges that Proxmox 9 split, and their names before."""


def check_token(plan: Plan, state: State) -> Check:
    """One finding for each role that would bring what is missing."""
    question = "privileges of the token"
    renamed = MONITOR if state.version.startswith("8.") else {}
    wanted = needs(plan)
    missing: dict[tuple[str, str], list[Need]] = {}
    findings: list[Finding] = []
    for need in wanted:
        granted = state.privileges.get(need.path, Unread("it was not asked for"))
        if isinstance(granted, Unread):
            findings.append(unchecked(("site",), f"what the token may do on {need.path}", granted))
        elif renamed.get(need.privilege, need.privilege) not in granted:
            missing.setdefault(need.grant, []).append(need)
    for (role, path), lacking in missing.items():
        privileges = sorted({renamed.get(need.privilege, need.privilege) for need in lacking})
        paths = list(dict.fromkeys(need.path for need in lacking))
        purposes = list(dict.fromkeys(need.purpose for need in lacking))
        findings.append(
            TOKEN_PRIVILEGES.finding(
                ("site",),
                f"the token lacks {', '.join(privileges)} on {listed(paths)}: needed to {listed(purposes, most=3)}",
                f"on the host: `pveum acl modify {path} --users USER --roles {role}` (docs/preflight.md has the roles)",
                about=f"{role} {path}",
            )
        )
    beyond = _beyond(state, {*renamed.values(), *(each for role in ROLES.values() for each in role.privileges)})
    if beyond:
        places = "; ".join(f"{', '.join(names)} on {listed(paths)}" for paths, names in beyond)
        findings.append(
            TOKEN_MORE_THAN_NEEDED.finding(
                ("site",),
                f"the token may do more than the program ever needs: {places}",
                "make a user with the roles of docs/preflight.md and a token of its own, and revoke this one",
                facts={"privileges": tuple(name for _, names in beyond for name in names)},
            )
        )
    count = len({need.path for need in wanted})
    answer = f"it has all {len(wanted)} on {count} paths"
    unused = sorted(_granted(state) - {renamed.get(need.privilege, need.privilege) for need in wanted})
    return Check(
        question,
        tuple(dict.fromkeys(findings)),
        f"{answer}; this lab does not need {', '.join(unused)}" if unused else answer,
    )


def _granted(state: State) -> set[str]:
    answers = (each for each in state.privileges.values() if not isinstance(each, Unread))
    return {privilege for granted in answers for privilege in granted}


def _beyond(state: State, roles: set[str]) -> list[tuple[list[str], list[str]]]:
    """Privileges that no role of the program has, with the paths that have the same; not again below where they are
    inherited."""
    by_path = {
        path: sorted(granted.keys() - roles)
        for path, granted in state.privileges.items()
        if not isinstance(granted, Unread)
    }
    paths: dict[tuple[str, ...], list[str]] = {}
    for path, names in by_path.items():
        above = [each for other, each in by_path.items() if other != path and contains(other, path)]
        own = tuple(name for name in names if not any(name in each for each in above))
        if own:
            paths.setdefault(own, []).append(path)
    return [(where, list(names)) for names, where in paths.items()]
