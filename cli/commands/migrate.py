"""`homelab migrate`."""

from pathlib import Path

from cli.exits import ERRORS, FINE
from cli.output import print_json, refuse_input, refuse_lab
from cli.reports.migrate import migrate_report
from cli.text.console import make_console
from cli.text.migrate import print_migrated
from config.folder import lab_folder
from config.load import InvalidLab
from config.reasons import reason_of
from config.writing import NotAlone, state_of, write_lab
from operations.migrate import migrate


def run_migrate(lab: str, write: bool, output: str) -> int:
    """Show the files of a lab as they are in the newest format, and write them if that is asked. ERRORS is returned
    where something is left to do."""
    folder = lab_folder(lab)
    try:
        read = state_of(folder)
        migrated = migrate(folder)
        written = write and bool(migrated.files) and migrated.is_whole
        if written:
            write_lab(folder, {each.file: each.text for each in migrated.files}, read)
    except InvalidLab as error:
        return refuse_lab(lab, error, output)
    except NotAlone as error:
        return refuse_input(str(error), output)
    except OSError as error:
        return refuse_input(f"{error.filename or folder} cannot be written: {reason_of(error)}", output)
    if output == "json":
        print_json(migrate_report(folder, migrated, written=written))
    else:
        print_migrated(Path(folder), migrated, written, make_console())
    return FINE if not migrated.problems and (written or not migrated.files) else ERRORS
