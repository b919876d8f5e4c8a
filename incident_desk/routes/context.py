"""What every template may rely on: who is here, which language, what time, and the filters that say it."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from flask import Flask, g, request, url_for
from flask_babel import gettext, lazy_gettext, ngettext

from incident_desk.domain.china_time import CHINA
from incident_desk.domain.permissions import Actor
from incident_desk.paths import static_dir
from incident_desk.routes.auth import LOCALES, THEMES
from incident_desk.routes.guard import find_actor, office_now
from incident_desk.routes.headers import csp_nonce
from incident_desk.services import installation
from incident_desk.services.people import names_of

ROLE_LABELS = {
    "duty_officer": lazy_gettext("Duty officer"),
    "leader": lazy_gettext("Leader on duty"),
    "county_colleague": lazy_gettext("County colleague"),
    "field_staff": lazy_gettext("Field staff"),
    "archivist": lazy_gettext("Archivist"),
    "administrator": lazy_gettext("Administrator"),
    "wall_screen": lazy_gettext("Wall screen"),
}


def select_locale() -> str:
    """The person's language, else the cookie's, else Chinese."""
    person = _person()
    chosen = (person.locale if person else None) or request.cookies.get("locale")
    return chosen if chosen in LOCALES else "zh_Hans"


def select_theme() -> str:
    """The person's theme, else the cookie's, else light."""
    person = _person()
    chosen = (person.theme if person else None) or request.cookies.get("theme")
    return chosen if chosen in THEMES else "light"


def _person() -> Any:
    user = getattr(g, "_login_user", None)
    return getattr(user, "person", None)


def local(value: datetime) -> datetime:
    """The instant on a Chinese wall clock."""
    return value.astimezone(CHINA)


def local_time(value: datetime | None) -> str:
    """``11月21日 02:25``, in English ``21 Nov 02:25``; the year too when it is not this one."""
    if value is None:
        return "—"
    here = local(value)
    other_year = here.year != local(office_now()).year
    if select_locale() == "en":
        return here.strftime("%-d %b %Y %H:%M" if other_year else "%-d %b %H:%M")
    return f"{here.year}年" * other_year + f"{here.month}月{here.day}日 {here:%H:%M}"


def due_time(value: datetime | None) -> str:
    """A due time; midnight is written as 24:00 of the day it ends."""
    if value is None:
        return "—"
    here = local(value)
    if here.hour == here.minute == here.second == 0:
        before = here - timedelta(days=1)
        if select_locale() == "en":
            return before.strftime("%-d %b 24:00")
        return f"{before.month}月{before.day}日24:00"
    return local_time(value)


def local_clock(value: datetime | None) -> str:
    """``02:25:08``."""
    return "—" if value is None else f"{local(value):%H:%M:%S}"


def duration_words(seconds: float) -> str:
    """A length of time in words: 1小时32分, 45秒, 3天4小时."""
    whole = int(abs(seconds))
    days, hours, minutes = whole // 86400, whole % 86400 // 3600, whole % 3600 // 60
    if days:
        return str(gettext("%(days)s d %(hours)s h", days=days, hours=hours))
    if hours:
        return str(gettext("%(hours)s h %(minutes)s min", hours=hours, minutes=minutes))
    if minutes:
        return str(gettext("%(minutes)s min", minutes=minutes))
    return str(gettext("%(seconds)s s", seconds=whole))


def time_left(due: datetime | None, now: datetime | None = None) -> str:
    """剩余 1小时32分, or 超时限 12分."""
    if due is None:
        return str(gettext("promptly (no fixed limit)"))
    seconds = (due - (now or office_now())).total_seconds()
    if seconds < 0:
        return str(gettext("overdue by %(time)s", time=duration_words(seconds)))
    return str(gettext("%(time)s left", time=duration_words(seconds)))


def number_unit(value: float | None, unit: str, digits: int = 0) -> str:
    """A number with its unit; a space between them in English."""
    if value is None:
        return "—"
    text = f"{value:,.{digits}f}"
    return f"{text} {unit}" if select_locale() == "en" else f"{text}{unit}"


def file_size(size_bytes: int) -> str:
    """``2.4MB``, below a tenth of that ``36KB``; never nothing for a file that holds something."""
    if size_bytes < 100_000:
        return number_unit(-(-size_bytes // 1000), "KB")
    return number_unit(size_bytes / 1e6, "MB", 1)


@lru_cache(maxsize=512)
def _version_of(path: str) -> str:
    target = static_dir() / path
    return hashlib.sha256(target.read_bytes()).hexdigest()[:10] if target.is_file() else "none"


def static_url(path: str) -> str:
    """The address of a static file, versioned by its content."""
    return url_for("static", filename=path, v=_version_of(path))


def _about_actor(actor: Actor | None) -> dict[str, Any] | None:
    if actor is None:
        return None
    return {
        "name": actor.name,
        "office": actor.office,
        "office_name": installation.office_name(actor.office, select_locale()),
        "role": actor.role,
        "role_label": ROLE_LABELS.get(actor.role or "", ""),
        "may": actor.may,
    }


def actor_names(refs: set[str]) -> dict[str, str]:
    """Names for references such as ``person:7``; a process is named by what it is."""
    return {"worker": gettext("the system"), **names_of(refs)}


def init_context(app: Flask) -> None:
    """Give templates their words, filters and facts."""
    filters = {
        "local_time": local_time, "local_clock": local_clock, "due_time": due_time, "time_left": time_left,
        "number_unit": number_unit, "file_size": file_size, "duration_words": duration_words,
        "iso": lambda value: value.isoformat() if value else "",
    }  # fmt: skip
    app.jinja_env.filters.update(filters)
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.newstyle_gettext = True  # type: ignore[attr-defined]

    @app.context_processor
    def facts() -> dict[str, Any]:
        return {
            "_": gettext,
            "ngettext": ngettext,
            "csp_nonce": csp_nonce,
            "static_url": static_url,
            "locale": select_locale(),
            "theme": select_theme(),
            "office_now": office_now(),
            "current_actor": _about_actor(find_actor()),
            "is_exercise": installation.is_exercise_only(),
        }
