"""Times as people give them: 02:10 · 0210 · 凌晨两点十分 · 昨晚11点半 · 11月21日 2:10 · 20分钟前 · ISO 8601."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

from incident_desk.domain.calls.spoken_numbers import NUMBER, half_width, read_number
from incident_desk.domain.china_time import CHINA, china_date
from incident_desk.domain.errors import N_, DomainError

_YEARS = range(1900, 2200)
"""Years a duty desk can speak of; one outside is a slip, and near a calendar's end no clock can be derived from it."""

_LONGEST = 100
"""Characters of a time with its day; what is longer is a story."""
_HALF_A_DAY = timedelta(hours=12)
_DAYS_BACK = {
    **dict.fromkeys(("今天", "今晚", "今晨", "今早", "today"), 0),
    **dict.fromkeys(("昨天", "昨日", "昨晚", "yesterday"), 1),
    "前天": 2,
}
_AFTERNOON = frozenset({"下午", "晚上", "晚", "傍晚", "pm", "昨晚", "今晚"})
_DAY = rf"(?:(?P<year>\d{{4}})\s*[-/年.]\s*)?(?P<month>{NUMBER})\s*[-/月.]\s*(?P<day>{NUMBER})\s*[日号]?"
_PART = r"(?P<part>凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|夜里|半夜|晚|am|pm)"
_CLOCK = (
    r"(?P<hour>\d{1,2}|[零一二两三四五六七八九十]{1,3})\s*(?::|点|时)\s*"
    r"(?:(?P<minute>\d{1,2}|[零一二三四五六七八九十]{1,3})\s*分?|(?P<half>半)|(?P<quarter>[一三])刻)?"
    r"(?:\s*[:]?\s*(?P<second>\d{1,2})\s*秒?)?\s*钟?\s*(?P<ampm>am|pm)?"
)
_SPOKEN = re.compile(
    rf"(?:{_DAY}\s*|(?P<back>{'|'.join(_DAYS_BACK)})\s*)?,?\s*(?:t\s*)?{_PART}?\s*(?:{_CLOCK}|(?P<packed>\d{{4}}))"
)
_AGO = re.compile(
    rf"(?P<number>{NUMBER})\s*个?(?P<unit>分钟|分|小时|钟头|min(?:utes?)?|h(?:ours?)?)\s*(?:以?前|之前|ago)"
)
_ABOUT = re.compile(r"大约|大概|左右|前后|约|许|about|around|approx\.?|ca\.")
_NOW = frozenset({"now", "现在", "刚才", "刚刚", "just now"})


class TimeUnreadable(DomainError):
    """The text is no time."""

    code = "time_unreadable"
    message_id = N_("“%(text)s” cannot be read as a time. Write it as 02:10 or 11-21 02:10, in 24-hour time.")


def parse_time(text: str, *, now: datetime, field: str | None = None) -> datetime:
    """The aware UTC instant that *text* means.

    A time without a date is the nearest one: today, or yesterday when today's lies more than twelve hours ahead.
    So at 00:20 ``23:50`` is last night, while at 02:45 ``03:10`` stays what it says, a time to come, and can be
    refused as such.

    Raises:
        TimeUnreadable: no time, or one no calendar has.
    """
    shown = " ".join(text[:200].split())[:60]
    if len(text) > _LONGEST:
        raise TimeUnreadable(field=field, text=shown)
    plain = _ABOUT.sub(" ", half_width(text)).strip()
    try:
        found = _read_iso(plain) or _read_ago(plain, now) or _read_spoken(plain, now)
        if found is not None and found.year in _YEARS:
            return found.astimezone(UTC)
    except OverflowError:  # a year at the end of what a calendar holds
        found = None
    raise TimeUnreadable(field=field, text=shown)


def says_about(text: str) -> bool:
    """Whether the words call the time approximate."""
    return bool(_ABOUT.search(half_width(text)))


def _read_iso(text: str) -> datetime | None:
    if not re.match(r"\d{4}-?\d{2}-?\d{2}[t ]\d", text):
        return None
    try:
        found = datetime.fromisoformat(text.upper().replace("/", "-"))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=CHINA)


def _read_ago(text: str, now: datetime) -> datetime | None:
    if text in _NOW:
        return now
    found = _AGO.fullmatch(text)
    number = read_number(found["number"]) if found else None
    if found is None or number is None or number > 100_000:
        return None
    return now - (timedelta(minutes=number) if found["unit"][0] in "分m" else timedelta(hours=number))


def _read_spoken(text: str, now: datetime) -> datetime | None:
    found = _SPOKEN.fullmatch(text)
    if found is None:
        return None
    clock = _clock(found)
    today = china_date(now)
    day = _day(found, today)
    if clock is None or day is None:
        return None
    at = datetime(day.year, day.month, day.day, tzinfo=CHINA) + clock
    is_bare = found["month"] is None and found["back"] is None
    return at - timedelta(days=1) if is_bare and at - now > _HALF_A_DAY else at


def _day(found: re.Match[str], today: date) -> date | None:
    if found["back"]:
        return today - timedelta(days=_DAYS_BACK[found["back"]])
    if found["month"] is None:
        return today
    month, day = read_number(found["month"]), read_number(found["day"])
    if month is None or day is None:
        return None
    try:
        if found["year"]:
            return date(int(found["year"]), int(month), int(day))
        this_year = date(today.year, int(month), int(day))
        return this_year if this_year - today < timedelta(days=183) else date(today.year - 1, int(month), int(day))
    except ValueError:
        return None


def _clock(found: re.Match[str]) -> timedelta | None:
    if found["packed"]:
        hour, minute, second = int(found["packed"][:2]), int(found["packed"][2:]), 0
    else:
        spoken_hour = read_number(found["hour"])
        if spoken_hour is None:
            return None
        hour, second = int(spoken_hour), int(found["second"] or 0)
        minute = _minute(found)
    if {found["part"], found["back"], found["ampm"]} & _AFTERNOON and hour < 12:
        hour += 12
    if hour > 24 or minute > 59 or second > 59 or (hour == 24 and (minute or second)):
        return None
    return timedelta(hours=hour, minutes=minute, seconds=second)


def _minute(found: re.Match[str]) -> int:
    if found["half"]:
        return 30
    if found["quarter"]:
        return 15 if found["quarter"] == "一" else 45
    return int(read_number(found["minute"] or "0") or 0)
