"""What is wrong or doubtful about one answer on a sheet, without stopping the sheet."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from incident_desk.domain.errors import DomainError


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One problem with one field.

    A hard problem means the answer was not taken over and stands as *raw* text, to be checked (正在核实);
    a *soft* one means it was taken over and a person should look again. Neither stops a call.
    """

    field: str
    code: str
    message_id: str
    params: Mapping[str, object] = dataclasses.field(default_factory=dict)
    soft: bool = False
    raw: str = ""

    @classmethod
    def of(cls, error: DomainError, field: str, raw: str = "") -> Self:
        """The hard problem that *error* is for *field*."""
        return cls(field, error.code, error.message_id, dict(error.params), raw=raw)

    def __str__(self) -> str:
        return self.message_id % self.params if self.params else self.message_id
