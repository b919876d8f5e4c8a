"""The columns of the list of agreements, and what is wrong in it, in the language of the screen."""

from __future__ import annotations

from flask_babel import gettext, lazy_gettext

from incident_desk.domain.list_files import RowProblem

COLUMN_WORDS = {
    "agreement_no": lazy_gettext("Number of the agreement"),
    "title": lazy_gettext("Name of the agreement"),
    "water_body": lazy_gettext("Water body"),
    "upstream_code": lazy_gettext("Upstream office"),
    "downstream_code": lazy_gettext("Downstream office"),
    "level": lazy_gettext("Level"),
    "signed_on": lazy_gettext("Signed on"),
    "valid_until": lazy_gettext("Valid until"),
    "upstream_contact": lazy_gettext("Contact upstream"),
    "upstream_phone": lazy_gettext("Telephone upstream"),
    "downstream_contact": lazy_gettext("Contact downstream"),
    "downstream_phone": lazy_gettext("Telephone downstream"),
    "last_meeting_on": lazy_gettext("Last joint meeting"),
    "last_drill_on": lazy_gettext("Last joint drill"),
    "monitoring_plan": lazy_gettext("Joint monitoring plan"),
}


def cell_words(problem: RowProblem) -> str:
    """What is wrong with a cell, without its name."""
    return str(gettext(problem.message_id, **problem.params) if problem.params else gettext(problem.message_id))


def problem_words(problem: RowProblem) -> str:
    """The same with the name of its column."""
    if problem.column is None:
        return cell_words(problem)
    column = COLUMN_WORDS.get(problem.column, problem.column)
    return str(gettext("%(column)s: %(words)s", column=column, words=cell_words(problem)))
