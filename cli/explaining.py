"""`homelab explain`."""

import sys

from cli.exits import FINE, INVALID
from cli.output import print_json
from config.suggest import did_you_mean
from plan.catalogue import CATALOGUE


def run_explain(code: str, output: str) -> int:
    """Print the page of a finding."""
    page = CATALOGUE.get(code.upper())
    if page is None:
        print(f"homelab: no finding has the code {code!r}{did_you_mean(code.upper(), CATALOGUE)}", file=sys.stderr)
        return INVALID
    if output == "json":
        print_json({"code": code.upper(), **page._asdict()})
    else:
        print(f"{code.upper()}: {page.title}\n\n{page.meaning}\n\nWhat to do: {page.remedy}")
    return FINE
