"""What commands print for programs."""

import json


def print_json(content: object) -> None:
    """Print a small document, laid out."""
    print(json.dumps(content, indent=2))
