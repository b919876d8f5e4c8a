"""What the Disclosure tab shows beside the releases: limits, texts in the chain, conferences, opinion, figures."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from incident_desk.domain.disclosure.public_opinion import subject_of
from incident_desk.domain.law.legal_codes import Family
from incident_desk.domain.law.rulebook import Rulebook
from incident_desk.domain.permissions import Actor
from incident_desk.models import PublicOpinion
from incident_desk.routes.cases import clock_words
from incident_desk.services.disclosure import conferences, drafts, figures, opinions, release_rows
from incident_desk.services.law import clocks

CONTINUING = "D5"


def context(actor: Actor, case_no: str, *, now: datetime) -> dict[str, Any]:
    """Everything of the tab that is no release."""
    lines = [line for line in clocks.clocks_of(actor, case_no) if is_disclosure(line.clock.rule_id)]
    rows = [clock_words.describe(line, now) for line in lines]
    return {
        "limits": [row for row in rows if row.rule_id not in {CONTINUING, "D4"}],
        "continuing": next((row for row in rows if row.rule_id == CONTINUING and not row.is_closed), None),
        "promised_at": promised_at(actor, case_no, now=now),
        "is_promise_broken": _is_past(promised_at(actor, case_no, now=now), now),
        "drafts": drafts.all_of(actor, case_no, now=now),
        "conferences": conferences.all_of(actor, case_no),
        "offers_not_owed": conferences.offers_not_owed(actor, case_no, now),
        "opinions": opinions.all_of(actor, case_no),
        "opinion_clocks": opinion_clocks(actor, case_no, now=now),
        "subject_of": subject_of,
        "figures": [row for row in figures.all_of(actor, case_no) if row.withdrawn_at is None],
    }


def is_disclosure(rule_id: str) -> bool:
    """Whether a rule is one of the disclosure family."""
    return Rulebook.shipped().family_of(rule_id) is Family.DISCLOSURE


def promised_at(actor: Actor, case_no: str, *, now: datetime) -> datetime | None:
    """The next word promised by a release that stands; a promise that passed with no word since stays."""
    standing = [view.row for view in release_rows.all_of(actor, case_no) if view.row.withdrawn_at is None]
    ahead = [row.next_notice_at for row in standing if row.next_notice_at is not None and row.next_notice_at > now]
    return min(ahead, default=standing[0].next_notice_at if standing else None)


def _is_past(at: datetime | None, now: datetime) -> bool:
    return at is not None and at <= now


def opinion_clocks(actor: Actor, case_no: str, *, now: datetime) -> dict[int, clock_words.ClockRow]:
    """The 48 hours of each matter, by the matter's id; at grades I and II there is none."""
    by_key = {line.clock.start_key: line for line in clocks.clocks_of(actor, case_no) if line.clock.rule_id == "D4"}
    rows: list[PublicOpinion] = opinions.all_of(actor, case_no)
    found = {row.id: by_key.get(opinions.start_key(row)) for row in rows}
    return {key: clock_words.describe(line, now) for key, line in found.items() if line is not None}
