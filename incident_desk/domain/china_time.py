"""The office's wall clock: the one zone of the country, and instants as its people write them.

China has kept one offset since 1992, so the zone is a constant and needs no zone database.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")
"""A time that somebody gives without an offset is meant so; documents print no other."""


def china_date(moment: datetime) -> date:
    """Calendar day of *moment* where the office stands."""
    return moment.astimezone(CHINA).date()


def china_iso(moment: datetime, timespec: str = "auto") -> str:
    """ISO 8601 in office time with its offset."""
    return moment.astimezone(CHINA).isoformat(timespec=timespec)


def local_minute(at: datetime) -> str:
    """``2026-11-21 02:25``."""
    return f"{at.astimezone(CHINA):%Y-%m-%d %H:%M}"


def short_minute(at: datetime) -> str:
    """``11-21 02:25``, where the year is plain."""
    return f"{at.astimezone(CHINA):%m-%d %H:%M}"


def clock_zh(at: datetime) -> str:
    """``02:25``."""
    return f"{at.astimezone(CHINA):%H:%M}"


def zh_time(at: datetime) -> str:
    """``11月21日02:25``."""
    local = at.astimezone(CHINA)
    return f"{local.month}月{local.day}日{local:%H:%M}"


def zh_time_with_year(at: datetime) -> str:
    """``2026年11月21日02:25``."""
    return f"{at.astimezone(CHINA).year}年{zh_time(at)}"


def zh_due_time(at: datetime) -> str:
    """``11月21日04:25``; midnight as 24:00 of the day it ends."""
    local = at.astimezone(CHINA)
    if local.hour == local.minute == local.second == 0:
        before = local - timedelta(days=1)
        return f"{before.month}月{before.day}日24:00"
    return zh_time(at)
