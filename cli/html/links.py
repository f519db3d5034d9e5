"""Links to files of the lab."""

import os
from pathlib import Path
from typing import NamedTuple


class Links(NamedTuple):
    """The way from the page to the files."""

    folder: Path
    """The folder of the page."""
    base: str | None = None
    """The address of the repository's files, as https://forge.example/me/lab/blob/main; None for files by the page."""

    def to(self, file: str, line: int) -> str:
        """The address of a line."""
        if self.base:
            return f"{self.base.rstrip('/')}/{file}#L{line}"
        return f"{os.path.relpath(file, self.folder)}#L{line}"
