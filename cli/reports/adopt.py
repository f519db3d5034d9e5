"""Adopted and compared machines as JSON."""

import difflib
from typing import Any

from cli.reports.finding import finding_report
from operations.adopt import Adoption


def adoption_report(adoption: Adoption, dry_run: bool) -> dict[str, Any]:
    """What was found, for programs."""
    lab = adoption.lab
    return {
        "lab": lab.name,
        "valid": True,
        "file": str(adoption.file),
        "written": bool(adoption.added) and not dry_run,
        "added": [
            {
                "name": each.entry.name,
                "entry": dict(each.entry.values),
                "csi_volumes": [disk.volume for disk in each.entry.machine.disks if disk.is_csi],
                "to_check": list(each.entry.notes),
                "findings": [finding_report(lab, finding) for finding in each.findings],
            }
            for each in adoption.added
        ],
        "left_out": [
            {
                "vmid": each.vmid,
                "name": each.name,
                "host": each.host,
                "reasons": [{"message": reason.message, "fix": reason.fix} for reason in each.reasons],
            }
            for each in adoption.left_out
        ],
        "compared": list(adoption.known),
        "findings": [finding_report(lab, finding) for finding in adoption.findings],
        "diff": adoption_diff(adoption),
    }


def adoption_diff(adoption: Adoption) -> str:
    before, after = (text.splitlines(keepends=True) for text in (adoption.before, adoption.after))
    return "".join(difflib.unified_diff(before, after, f"a/{adoption.file}", f"b/{adoption.file}"))
