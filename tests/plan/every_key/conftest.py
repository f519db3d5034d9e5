import shutil
from pathlib import Path

import pytest

from tests.plan.labs import FOLDERS


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the lab with every key."""
    return Path(shutil.copytree(FOLDERS["every_key"], tmp_path / "every_key"))
