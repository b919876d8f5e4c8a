"""The page of one clock: what it rests on, the act that meets it, what was found of it."""

from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue

from incident_desk.routes.cases import clock_words
from incident_desk.routes.cases.case_frame import render_case
from incident_desk.routes.guard import current_actor, office_now
from incident_desk.services.law import clocks, findings


def render_clock(case_no: str, clock_id: int, status: int = 200, **more: Any) -> ResponseReturnValue:
    """The page; *more* brings what was typed and what was wrong with it.

    Raises:
        NotFound: no such clock in a case this person may see.
    """
    actor = current_actor()
    line = clocks.clock_of(actor, case_no, clock_id)
    context = {
        "row": clock_words.describe(line, office_now()),
        "met_by": clock_words.met_by_of(line.clock.rule_id),
        "is_reporting": clock_words.is_reporting(line.clock.rule_id),
        "findings": findings.of_clock(actor, case_no, clock_id),
        "grounds": findings.GROUNDS,
        "seconds": findings.seconds_for(actor) if actor.may("finding.propose") else [],
        "me": actor.person_id,
    }
    return render_case("clocks/clock.html", case_no, tab="facts", **context, **more), status
