"""Whether the token may do what the plan needs."""

from operations.preflight.check import Check, unchecked
from operations.preflight.state import State, Unread
from plan.model import Finding, Plan
from plan.model.findings import Rule
from plan.proxmox.privileges import Need, needs
from plan.wording import listed

TOKEN_PRIVILEGES = Rule(
    "TOKEN-PRIVILEGES",
    "error",
    title="The token lacks privileges that the plan needs",
    meaning="The `up` would stop half-way with 403. What is granted on a path replaces what is inherited from above.",
    remedy="Give the token's user the role that the message names; docs/preflight.md has the commands.",
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
    count = len({need.path for need in wanted})
    return Check(question, tuple(dict.fromkeys(findings)), f"it has all {len(wanted)} on {count} paths")
