"""`homelab adopt`."""

from typing import get_args

from cli.exits import ERRORS, FINE
from cli.output import print_json, refuse_input, refuse_lab, warn
from cli.proxmox import Reach, proxmox_of
from cli.reports.adopt import adoption_report
from cli.text.adopt import print_adoption
from cli.text.console import make_console
from config.folder import lab_folder
from config.load import InvalidLab, load_draft
from config.reasons import reason_of
from config.writing import NotAlone, state_of, write_lab
from operations.adopt.entry import Role
from operations.adopt.file import NotExtendable
from operations.adopt.machines import FILE, NotKnown, adopt
from operations.clients.proxmox import NotAnswered, Refused

Names = tuple[str, ...]
ROLES: tuple[Role, ...] = get_args(Role)
NO_NODES = (
    "Nothing was written. Where it is not clear which machines are nodes, say so: --role NAME=control-plane "
    "--role NAME=worker ..."
)


def run_adopt(lab: str, wanted: Names, roles: Names, dry_run: bool, reach: Reach, output: str) -> int:
    """Write the machines that Proxmox runs into the lab's file, and say how those that it has differ."""
    folder = lab_folder(lab)
    try:
        load_draft(folder)
        read = state_of(folder)
        adoption = adopt(folder, proxmox_of(lab, *reach), wanted, dict(map(_role, roles)))
        if adoption.added and not dry_run:
            write_lab(folder, {FILE: adoption.after}, read)
    except InvalidLab as error:
        code = refuse_lab(lab, error, output)
        if output == "text" and any(problem.path == ("machines",) for problem in error.problems):
            warn(NO_NODES)
        return code
    except (NotAlone, NotAnswered, NotKnown) as error:
        return refuse_input(str(error), output)
    except NotExtendable as error:
        return refuse_input(f"{folder / FILE} cannot be added to: {error}", output)
    except Refused as error:
        return refuse_input(f"Proxmox refused to answer ({error}): check the API token and its privileges.", output)
    except OSError as error:
        return refuse_input(f"{folder / FILE} cannot be written: {reason_of(error)}", output)
    if output == "json":
        print_json(adoption_report(adoption, dry_run))
    else:
        print_adoption(adoption, dry_run, make_console())
    return ERRORS if adoption.errors else FINE


def _role(text: str) -> tuple[str, Role]:
    """Raises NotKnown."""
    name, _, said = text.partition("=")
    for role in ROLES:
        if said == role:
            return name, role
    raise NotKnown(f"--role {text}: write the machine and what it is, NAME=worker, with one of {', '.join(ROLES)}.")
