"""Parts of a submitted form, read and refused in one way on every page."""

from __future__ import annotations

from enum import StrEnum
from typing import IO, Any, TypeVar

from flask import request

from incident_desk.domain.errors import DomainError
from incident_desk.routes.errors import say

Code = TypeVar("Code", bound=StrEnum)


def member(kind: type[Code], given: str | None) -> Code | None:
    """The code that was chosen; None where none was, or one that does not exist."""
    return kind(given) if given in set(kind) else None


def uploaded(name: str) -> IO[bytes] | None:
    """The file that came in the field *name*; None where nothing was chosen."""
    file = request.files.get(name)
    return file.stream if file is not None and file.filename else None


def refusal(error: DomainError) -> dict[str, Any]:
    """What a page needs to show *error*: ``refusal``, the sentence, and ``errors``, the same beside its field."""
    words = say(error)
    return {"refusal": words, "errors": {error.field or "": words}}
