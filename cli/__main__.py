"""`python -m cli`: the program of the folder that this is typed in, whatever is installed."""

import sys
from pathlib import Path


def main() -> None:
    """Entry point of the console script. An interruption while modules load is one as well."""
    _leave_folders_of_modules()
    try:
        from cli.main import main as run
    except KeyboardInterrupt:
        sys.exit(130)
    run()


def _leave_folders_of_modules() -> None:
    """In config/ for instance, `-m` would take its modules for those of Python that are called alike."""
    root = Path(__file__).resolve().parents[1]
    if root in Path(sys.path[0]).absolute().parents:
        del sys.path[0]


if __name__ == "__main__":
    main()
