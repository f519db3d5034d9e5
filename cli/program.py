"""The folder with Pulumi.yaml."""

from pathlib import Path

_CHECKOUT = Path(__file__).resolve().parents[1]


def program_folder() -> Path:
    """The checkout that this is; of an installed package, the folder where the user stands (`homelab new project`)."""
    return _CHECKOUT if (_CHECKOUT / "Pulumi.yaml").is_file() else Path.cwd()
