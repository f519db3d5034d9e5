"""Why a cluster did not answer."""

from observation.model import Why


class NoCluster(Exception):
    """A cluster that cannot be asked at all; the message says which, why, and what to do."""


class NotAnswered(Exception):
    """A question that was refused or not answered."""

    def __init__(self, why: Why, detail: str) -> None:
        super().__init__(detail)
        self.why: Why = why
        self.detail = detail
