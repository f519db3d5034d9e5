"""One question about a live Proxmox, and its answer."""

from typing import NamedTuple

from config.source import Path
from operations.preflight.state import Unread
from plan.model import Finding
from plan.model.findings import Rule

HOST_UNCHECKED = Rule(
    "HOST-UNCHECKED",
    "error",
    title="Something about the live host could not be checked",
    meaning=(
        "The token may not read it, Proxmox refused, or its answer was not understood. Proxmox leaves out of its "
        "lists what a token may not see, so an object that seems missing may only be hidden. A check that could not be "
        "made never counts as passed."
    ),
    remedy="Give the token the privilege that the message names; docs/preflight.md has the roles.",
)


class Check(NamedTuple):
    """A question and what was found."""

    question: str
    """Its subject: `memory of pve`."""
    findings: tuple[Finding, ...]
    """Empty where all is well."""
    answer: str
    """The answer, with the numbers; shown where all is well."""

    @property
    def outcome(self) -> str:
        """`fine`, `warning`, `unchecked` or `error`: the worst of it."""
        if any(each.severity == "error" and each.code != UNCHECKED for each in self.findings):
            return "error"
        if any(each.code == UNCHECKED for each in self.findings):
            return "unchecked"
        return "warning" if self.findings else "fine"


def passed(checks: tuple[Check, ...]) -> bool:
    """Whether everything was checked and nothing fails."""
    return all(check.outcome in ("fine", "warning") for check in checks)


UNCHECKED = "HOST-UNCHECKED"


def unchecked(path: Path, what: str, unread: Unread) -> Finding:
    """An error for something that could not be checked: it never counts as passed."""
    return HOST_UNCHECKED.finding(
        path,
        f"{what} could not be checked: {unread.reason}",
        "give the token the privilege that is missing (docs/preflight.md)"
        if unread.lacks_privilege
        else "fix that, and ask again",
        about=what,
    )


def not_asked(host: str | None, reason: str) -> Check:
    """The machines of a Proxmox that could not be asked at all; `host` where it is that of a single host."""
    what = f"machines of {host}" if host else "machines"
    return Check(what, (unchecked(("machines",), what, Unread(reason)),), "")


def missing_privilege(path: str, privilege: str) -> Unread:
    """Refusal for a missing privilege: Proxmox silently leaves out of lists what a token may not see."""
    return Unread(f"the token does not see all of {path}: it lacks {privilege} there", lacks_privilege=True)


def settings(text: object) -> dict[str, str]:
    """`virtio,bridge=vmbr0` as Proxmox writes it; what stands without a name is left out."""
    pairs = (part.partition("=") for part in str(text).split(","))
    return {name: value for name, separator, value in pairs if separator}
