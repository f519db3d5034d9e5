"""Brings the command line of Pulumi, in the version that the lock file pins: `make pulumi`.

It takes what is on PATH, else what was brought before, else Pulumi's own installer. The plugins come with the first
preview.
"""

import os
import subprocess
import sys

from pulumi.automation import PulumiCommand
from pulumi.automation.errors import InvalidVersionError

from operations.clients.pulumi import BROUGHT


def bring() -> str:
    """Make sure that there is one; returns a sentence that says where. Raises LookupError with why there is none."""
    try:
        found = PulumiCommand()
        return f"pulumi {found.version} is on PATH."
    except (OSError, subprocess.CalledProcessError, InvalidVersionError):
        pass
    try:
        brought = PulumiCommand.install(root=str(BROUGHT))
    except (OSError, subprocess.CalledProcessError, InvalidVersionError) as error:
        raise LookupError(
            f"pulumi could not be brought ({' '.join(str(error).split())}): install it as "
            "https://www.pulumi.com/docs/install/ says, and see that it is on PATH"
        ) from None
    place = BROUGHT / "bin"
    return (
        f"pulumi {brought.version} is in {os.path.relpath(place)}, where `homelab` and `make` find it. "
        f'For your shell: export PATH="$PATH:{place}"'
    )


def main() -> int:
    """Bring it; returns an exit code."""
    try:
        print(bring())
    except LookupError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
