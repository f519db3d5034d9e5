"""`homelab schema`."""

from pathlib import Path

from cli.exits import FINE
from cli.output import print_json, refuse_input, say
from cli.program import is_checkout
from cli.reports.files import FilesReport
from config.reasons import reason_of
from config.schema import SCHEMAS, write_schemas
from config.writing import NotAlone
from plan.wording import plural


def run_schema(folder: Path | None, output: str) -> int:
    """Write the JSON Schemas of a lab's files."""
    if folder is None and not is_checkout():
        return refuse_input(f"where to? Name a folder; those of this package are in {SCHEMAS} already", output)
    target = folder or SCHEMAS
    try:
        write_schemas(target)
    except NotAlone as error:
        return refuse_input(str(error), output)
    except OSError as error:
        return refuse_input(f"{error.filename or target} cannot be written: {reason_of(error)}", output)
    files = sorted(target.glob("*.json"))
    if output == "json":
        print_json(FilesReport(folder=str(target), files=tuple(str(file) for file in files)))
    else:
        say(f"{plural(len(files), 'schema')} in {target}")
    return FINE
