"""What arrives, made storable: no NUL, no half of a character, no number that is none, no endless nesting."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from typing import Any, NoReturn

from flask import Flask, Request
from flask.json.provider import DefaultJSONProvider
from werkzeug.datastructures import FileStorage, ImmutableMultiDict
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.routing import IntegerConverter

DEEPEST = 20
"""Levels of a JSON body; ours have four."""

MOST_FIELDS = 3_000
"""Fields of a form; the largest of ours, a call sheet with a hundred intakes, has a thousand."""

LARGEST_ROW = 2**31 - 1
"""The largest number of a row that the database takes."""

UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable_text(text: str) -> str:
    """*text* with what no database and no UTF-8 holds replaced by U+FFFD."""
    return UNSTORABLE.sub("\ufffd", text)


def storable(value: Any, depth: int = 0) -> Any:
    """A parsed JSON value with every text in it storable.

    Raises:
        JSONDecodeError: nested too deeply, or with a number beyond all size.
    """
    if depth > DEEPEST or (isinstance(value, float) and not math.isfinite(value)):
        _refuse()
    if isinstance(value, str):
        return storable_text(value)
    if isinstance(value, list):
        return [storable(one, depth + 1) for one in value]
    if isinstance(value, dict):
        return {storable_text(key): storable(one, depth + 1) for key, one in value.items()}
    return value


def _refuse(_constant: str = "") -> NoReturn:
    raise json.JSONDecodeError("nested too deeply, or no number", "{", 0)


class DeskJson(DefaultJSONProvider):
    """JSON as Flask reads it, made storable."""

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """Parse *s*.

        Raises:
            JSONDecodeError: no JSON, or none that can be kept.
        """
        try:
            return storable(super().loads(s, parse_constant=_refuse, **kwargs))
        except RecursionError:
            _refuse()


Pairs = Mapping[str, Any] | Iterable[tuple[str, Any]]


class StorableForm(ImmutableMultiDict[str, Any]):
    """A form or query whose texts and file names are storable."""

    def __init__(self, mapping: Pairs | None = None) -> None:
        pairs = ImmutableMultiDict(mapping).items(multi=True)
        super().__init__([(storable_text(key), _storable_value(value)) for key, value in pairs])


def _storable_value(value: Any) -> Any:
    if isinstance(value, FileStorage):
        value.filename = storable_text(value.filename) if value.filename else value.filename
        return value
    return storable_text(value) if isinstance(value, str) else value


class DeskRequest(Request):
    """A request whose forms are storable."""

    parameter_storage_class = StorableForm


def refuse_endless_form(request: Request) -> None:
    """Look at a form before it is taken apart: a million empty fields would hold everybody up for seconds.

    Raises:
        RequestEntityTooLarge: too many fields, or more bytes than this view takes.
    """
    is_plain_form = request.mimetype == "application/x-www-form-urlencoded"
    if is_plain_form and request.get_data(cache=True).count(b"&") >= MOST_FIELDS:
        raise RequestEntityTooLarge


class RowNumber(IntegerConverter):
    """``<int:…>``: a number that a row can have; a larger one is no address of ours."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max", LARGEST_ROW)
        super().__init__(*args, **kwargs)


def init_bodies(app: Flask) -> None:
    """Read requests this way; before any address is registered."""
    app.request_class = DeskRequest
    app.json = DeskJson(app)
    app.url_map.converters["int"] = RowNumber
