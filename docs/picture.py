"""The plan of prod as a picture: `python -m docs.picture` writes docs/plan.svg."""

import io
from pathlib import Path

from rich.console import Console

from cli.text.plan import print_plan
from config.load import load_lab
from plan import make_plan


def main() -> None:
    """Print the plan as on a terminal, and keep what that looks like."""
    console = Console(
        record=True, width=150, file=io.StringIO(), force_terminal=True, highlight=False, markup=False, emoji=False
    )
    print_plan(make_plan(load_lab(Path("config/labs/prod"))), console)
    console.save_svg("docs/plan.svg", title="make plan")


if __name__ == "__main__":
    main()
