"""`python -m cli`: the program of the folder that this is typed in, whatever is installed."""

import sys


def main() -> None:
    """Entry point of the console script. An interruption while modules load is one as well."""
    try:
        from cli.main import main as run
    except KeyboardInterrupt:
        sys.exit(130)
    run()


if __name__ == "__main__":
    main()
