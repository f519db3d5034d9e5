"""What commands print for programs."""

import json
import sys

from cli.exits import INVALID


def print_json(content: object) -> None:
    """Print a small document, laid out."""
    print(json.dumps(content, indent=2))


def refuse_input(sentence: str, output: str) -> int:
    """Say in one sentence why a command does not begin, in the form that was asked for; returns INVALID."""
    if output == "json":
        print_json({"valid": False, "message": sentence})
    else:
        print(f"homelab: {sentence}", file=sys.stderr)
    return INVALID
