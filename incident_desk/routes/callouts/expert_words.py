"""The columns of the expert list, and what is wrong in it, in the language of the screen."""

from __future__ import annotations

from flask_babel import gettext, lazy_gettext

from incident_desk.domain.list_files import RowProblem

COLUMN_WORDS = {
    "expert_no": lazy_gettext("Number in the pool"),
    "name": lazy_gettext("Full name"),
    "title": lazy_gettext("Professional title"),
    "employer": lazy_gettext("Employer"),
    "specialities": lazy_gettext("Specialities"),
    "region_code": lazy_gettext("Region code"),
    "longitude": lazy_gettext("Longitude"),
    "latitude": lazy_gettext("Latitude"),
    "mobile": lazy_gettext("Mobile"),
    "backup_phone": lazy_gettext("Second number"),
    "appointed_to": lazy_gettext("Appointed until"),
    "unavailable_from": lazy_gettext("Not available from"),
    "unavailable_to": lazy_gettext("Not available until"),
    "conflicts": lazy_gettext("Keeps out of matters of"),
    "sample": lazy_gettext("Sample expert"),
}


def problem_words(problem: RowProblem) -> str:
    """What is wrong with a line, with the name of its column."""
    words = gettext(problem.message_id, **problem.params) if problem.params else gettext(problem.message_id)
    if problem.column is None:
        return str(words)
    column = COLUMN_WORDS.get(problem.column, problem.column)
    return str(gettext("%(column)s: %(words)s", column=column, words=words))
