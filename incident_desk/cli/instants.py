"""An instant as an option takes it."""

from __future__ import annotations

from datetime import datetime

import click

from incident_desk.cli import BadInput


class Instant(click.ParamType[datetime]):
    """An ISO 8601 time with its offset."""

    name = "TIME"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Read it, or refuse in one line."""
        if isinstance(value, datetime):
            return value
        try:
            instant = datetime.fromisoformat(str(value))
        except ValueError:
            instant = None
        if instant is None or instant.tzinfo is None:
            where = f"{param.opts[0]}: " if param is not None else ""
            raise BadInput(f"{where}“{value}” is no ISO 8601 time with an offset, such as 2026-11-22T02:10:00+08:00")
        return instant


INSTANT = Instant()
