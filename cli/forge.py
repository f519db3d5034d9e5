"""The forge that a pipeline belongs to, as its variables say."""

import os
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from operations.clients.forge import Forge

TOKENS = ("FORGE_TOKEN", "GITHUB_TOKEN")
"""Variables that may hold the token, which never stands on a command line."""

ApiOption = Annotated[
    str | None,
    typer.Option(
        "--api",
        envvar="GITHUB_API_URL",
        help="API of the forge: https://api.github.com, or https://forge.example/api/v1 of a Forgejo or Gitea.",
    ),
]
RepositoryOption = Annotated[
    str | None, typer.Option("--repository", envvar=["GITHUB_REPOSITORY", "CI_REPO"], help="owner/name on the forge.")
]


def forge_of(api: str | None, repository: str | None) -> "Forge":
    """The repository. Asks nothing yet. Raises ForgeFailed."""
    from operations.clients.forge import Forge, ForgeFailed

    token = next((os.environ[each] for each in TOKENS if os.environ.get(each)), None)
    if not api or not repository:
        raise ForgeFailed("which repository? Name it with --api URL and --repository OWNER/NAME")
    if not token:
        raise ForgeFailed(f"there is no token: set {' or '.join(TOKENS)}")
    return Forge(api, repository, token)
