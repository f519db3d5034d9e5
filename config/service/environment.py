"""Variables of a container that are fields of its pod."""

import re
from typing import Annotated, Any, Self

from pydantic import ConfigDict, model_validator

from config.model import Model, Name, or_text, shown, text_like

EnvironmentName = Annotated[
    str, text_like(r"^[A-Za-z_][A-Za-z0-9_.]*$", "the name of an environment variable, for example DB_PASSWORD")
]

_REFERENCE = re.compile(r"\$\$|\$\(([A-Za-z_][A-Za-z0-9_.]*)\)")


def references(value: str) -> list[str]:
    """The variables that Kubernetes puts into a text, as `$(NAME)`; `$$(NAME)` is the text itself."""
    return [match[1] for match in _REFERENCE.finditer(value) if match[1]]


FieldOfPod = Annotated[
    str,
    text_like(
        r"^(metadata\.(name|namespace|uid|(labels|annotations)\['([A-Za-z0-9.-]+/)?[A-Za-z0-9]([-A-Za-z0-9._]{0,61}[A-Za-z0-9])?'\])|spec\.(nodeName|serviceAccountName)"
        r"|status\.(hostIPs?|podIPs?)|(requests|limits)\.(cpu|memory|ephemeral-storage))$",
        "a field of the pod or an amount of the container, for example status.podIP or limits.memory",
    ),
]
_AMOUNTS = ("requests.", "limits.")
_CPU_DIVISORS = ("1", "1m")
_BYTE_DIVISORS = ("1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei")
"""Divisors that the API server takes (k8s.io/kubernetes, pkg/apis/core/validation)."""


class FieldSource(Model):
    """A field of the pod, or an amount of a container."""

    model_config = ConfigDict(json_schema_extra=or_text)

    field: FieldOfPod
    """For example status.podIP or limits.memory."""
    divisor: str | None = None
    """Of an amount: the unit in which it is counted, rounded up, for example 1Mi; left out, whole CPUs or bytes."""
    container: Name | None = None
    """Of an amount: the container, where it is stated."""

    @property
    def is_amount(self) -> bool:
        """Whether it is an amount of a container."""
        return self.field.startswith(_AMOUNTS)

    @model_validator(mode="before")
    @classmethod
    def _by_field(cls, stated: Any) -> Any:
        return {"field": stated} if isinstance(stated, str) else stated

    @model_validator(mode="after")
    def _is_counted(self) -> Self:
        if not self.is_amount and (self.divisor or self.container):
            raise ValueError(f"divisor and container are of an amount, as limits.memory; {shown(self.field)} is none")
        divisors = _CPU_DIVISORS if self.field.endswith(".cpu") else _BYTE_DIVISORS
        if self.divisor is not None and self.divisor not in divisors:
            raise ValueError(f"divisor: {shown(self.divisor)} is not one of {', '.join(divisors)}")
        return self
