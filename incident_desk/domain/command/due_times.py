"""Times by which something is due, as one says them: 04:30 · 明天8点 · 2小时内 · 30分钟后 · 11-21 18:00."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from incident_desk.domain.calls.spoken_numbers import NUMBER, half_width, read_number
from incident_desk.domain.calls.spoken_times import TimeUnreadable, parse_time
from incident_desk.domain.china_time import CHINA, local_minute
from incident_desk.domain.errors import N_, DomainError

A_DAY = timedelta(days=1)
MOST_AHEAD = 1_000
"""Hours, minutes or days that somebody gives; more is a slip."""
_FROM_NOW = re.compile(
    rf"(?:in\s+)?(?P<number>半|{NUMBER})\s*个?(?P<unit>小时|钟头|分钟|分|天|日|h(?:ours?)?|min(?:utes?)?|d(?:ays?)?)"
    r"\s*(?:以?内|之内|之?后|以后)?"
)
_WITHOUT_DAY = re.compile(r"^\D{0,4}\d{1,2}\s*(?::|点|时)|^\d{4}$")
_AHEAD = {
    "今天": 0,
    "今日": 0,
    "今晚": 0,
    "today": 0,
    "明天": 1,
    "明日": 1,
    "明早": 1,
    "明晚": 1,
    "tomorrow": 1,
    "后天": 2,
}
_UNITS = (("分", 1), ("m", 1), ("天", 1440), ("日", 1440), ("d", 1440))


class DueBeforeGiven(DomainError):
    """Due before it was given."""

    code = "due_before_given"
    message_id = N_("It would be due at %(due)s, before it was given at %(given)s. Check both times.")


def read_due(text: str, *, now: datetime, field: str = "due_at") -> datetime | None:
    """The instant that *text* means, seen from *now*; None where nothing is said. A time without a day is the next one.

    Raises:
        TimeUnreadable: no time.
    """
    plain = half_width(text).strip().lower()
    if not plain:
        return None
    ahead = _FROM_NOW.fullmatch(plain)
    if ahead:
        return now + timedelta(minutes=_minutes(ahead, text, field))
    for word, days in _AHEAD.items():
        if plain.startswith(word):
            rest = plain.removeprefix(word).strip() or "18:00"
            evening = "晚上" if word.endswith("晚") else ""
            day = (now.astimezone(CHINA) + days * A_DAY).date()
            clock = parse_time(f"{evening}{rest}", now=now, field=field).astimezone(CHINA)
            return clock.replace(year=day.year, month=day.month, day=day.day).astimezone(now.tzinfo)
    at = parse_time(text, now=now, field=field)
    return at + A_DAY if at <= now and _WITHOUT_DAY.match(plain) else at


def _minutes(found: re.Match[str], text: str, field: str) -> float:
    number = read_number(found["number"])
    if number is None or number > MOST_AHEAD:
        raise TimeUnreadable(field=field, text=text[:60])
    each = next((minutes for begin, minutes in _UNITS if found["unit"].startswith(begin)), 60)
    return number * each


def check_due(due_at: datetime | None, *, given_at: datetime, field: str = "due_at") -> None:
    """Refuse what would have been due before it was given.

    Raises:
        DueBeforeGiven.
    """
    if due_at is not None and due_at <= given_at:
        raise DueBeforeGiven(field=field, due=local_minute(due_at), given=local_minute(given_at))
