"""Structured logs: one JSON line an event, with telephone numbers masked wherever they appear."""

from __future__ import annotations

import json
import logging
import re
import sys
from datetime import UTC, datetime

NUMBER = re.compile(r"(?<![\w.-])(\+?\d[\d \t-]{5,}\d)(?!\w|\.\d|-\w)")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}\b")
KNOWN = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}


def mask_numbers(text: str) -> str:
    """*text* with every run of seven or more digits reduced to its last two."""

    def shorten(match: re.Match[str]) -> str:
        digits = re.sub(r"\D", "", match.group(1))
        is_plain = len(digits) < 7 or DAY.match(match.group(1))
        return match.group(1) if is_plain else f"***{digits[-2:]}"

    return NUMBER.sub(shorten, text)


class JsonLines(logging.Formatter):
    """Each record as one JSON line with its fields."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, masked."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": mask_numbers(record.getMessage()),
        }
        for name, value in record.__dict__.items():
            if name not in KNOWN:
                line[name] = value if isinstance(value, int | float | bool | None) else mask_numbers(str(value))
        if record.exc_info:
            line["trace"] = mask_numbers(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)


def init_logs(level: int = logging.INFO) -> None:
    """Send every log of this process to standard error as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in ("alembic", "engineio", "socketio", "werkzeug", "gunicorn.access"):
        logging.getLogger(name).setLevel(logging.WARNING)
