"""Facts about the whole installation: its offices, and whether it holds exercises only."""

from __future__ import annotations

from sqlalchemy import select

from incident_desk.extensions import db
from incident_desk.models import Incident, Office, Setting

EXERCISE = "exercise"
"""Name of the setting that marks a database loaded as an exercise."""


def is_exercise_only() -> bool:
    """True while the database was loaded as an exercise and no real case has been opened in it."""
    flag = db.session.get(Setting, EXERCISE)
    if flag is None or not flag.value.get("on"):
        return False
    return db.session.scalar(select(Incident.id).where(Incident.is_exercise.is_(False)).limit(1)) is None


def office_name(code: str, locale: str = "zh_Hans") -> str:
    """The name of an office in the language of the screen; its code where it is not on record."""
    office = db.session.get(Office, code)
    if office is None:
        return code
    return office.name_en if locale == "en" and office.name_en else office.name_zh


def all_offices() -> list[Office]:
    """Every office, by code."""
    return list(db.session.scalars(select(Office).order_by(Office.code)))


def root_office() -> str:
    """The office under which all others stand: whoever acts for the whole installation acts for it."""
    return db.session.scalar(select(Office.code).where(Office.parent_code.is_(None)).order_by(Office.code)) or ""
