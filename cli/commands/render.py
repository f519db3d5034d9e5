"""`homelab render`: every manifest and machine specification as a file."""

from pathlib import Path

from cli.exits import ERRORS, FINE
from cli.output import print_json, refuse_input, refuse_lab, say
from cli.planned import planned
from cli.rendering import MARKER, NotRendered, rendering, write_rendering
from cli.reports.files import FilesReport
from config.files import UnreadableFile
from config.load import InvalidLab
from config.reasons import reason_of
from config.writing import NotAlone, OutsidePath
from plan.wording import plural


def run_render(lab: str, folder: Path, output: str) -> int:
    """Write the plan of a lab into a folder."""
    try:
        plan = planned(lab)
    except InvalidLab as error:
        return refuse_lab(lab, error, output)
    files = rendering(plan)
    try:
        write_rendering(folder, files)
    except NotRendered as error:
        return refuse_input(str(error), output)
    except (UnreadableFile, ValueError) as error:
        return refuse_input(f"{folder / MARKER} is not as it was written: {error}; name another folder", output)
    except (NotAlone, OutsidePath) as error:
        return refuse_input(str(error), output)
    except OSError as error:
        return refuse_input(f"{error.filename or folder} cannot be written: {reason_of(error)}", output)
    if output == "json":
        print_json(FilesReport(folder=str(folder), files=tuple(sorted(files))))
    else:
        say(f"{plural(len(files), 'file')} in {folder}")
    return ERRORS if plan.errors else FINE
