"""Rounds as stored: found through scope, by case or by asked office; read as a matrix of offices and questions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select

from incident_desk.domain.errors import NotFound
from incident_desk.domain.permissions import Actor
from incident_desk.domain.rounds.answers import AnswerState, OfficeStanding, Progress
from incident_desk.extensions import db
from incident_desk.models import Incident, InquiryRound, Office, RoundAnswer, RoundOffice, RoundQuestionRow
from incident_desk.services import scope
from incident_desk.services.cases.facts import AnySession
from incident_desk.services.rounds import round_links


@dataclass(frozen=True, slots=True)
class AskedView:
    """One asked office: its newest answer to each question, and how far it has come."""

    row: RoundOffice
    office: Office
    newest: Mapping[int, RoundAnswer]
    progress: Progress

    def standing(self, now: datetime) -> OfficeStanding:
        """How far it has come at *now*."""
        return self.progress.standing(now)

    @property
    def last(self) -> RoundAnswer | None:
        """The newest answer of all."""
        return max(self.newest.values(), key=lambda answer: answer.id, default=None)


@dataclass(frozen=True, slots=True)
class RoundView:
    """One round with its questions and offices."""

    incident: Incident
    row: InquiryRound
    questions: tuple[RoundQuestionRow, ...]
    asked: tuple[AskedView, ...]

    def count(self, standing: OfficeStanding, now: datetime) -> int:
        """How many offices stand so."""
        return sum(one.standing(now) is standing for one in self.asked)

    @property
    def waiting(self) -> tuple[RoundAnswer, ...]:
        """Answers that differ from what the case knows and wait for the desk."""
        answers = [answer for one in self.asked for answer in one.newest.values()]
        return tuple(one for one in answers if one.state == AnswerState.DIFFERS.value and one.decided_at is None)


@dataclass(frozen=True, slots=True)
class OwnAsk:
    """A round as the asked office sees it: its own part and nothing else of the case."""

    incident: Incident
    round: InquiryRound
    asked: AskedView
    by: Office | None


def all_of(actor: Actor, case_no: str) -> list[RoundView]:
    """The rounds of a case, the newest first.

    Raises:
        NotFound: not this actor's to see.
    """
    incident = scope.incident(actor, case_no)
    return [view_of(incident, row, db.session) for row in db.session.scalars(rounds(incident))]


def one(actor: Actor, case_no: str, number: int) -> RoundView:
    """One round.

    Raises:
        NotFound: there is none in a case this actor may see.
    """
    incident = scope.incident(actor, case_no)
    return view_of(incident, find(incident, number, db.session), db.session)


def find(incident: Incident, number: int, session: AnySession, *, lock: bool = False) -> InquiryRound:
    """The round of *incident* with this number.

    Raises:
        NotFound: there is none.
    """
    query = rounds(incident).where(InquiryRound.number == number)
    row = session.scalar(query.with_for_update() if lock else query)
    if row is None:
        raise NotFound
    return row


def asked_in(row: InquiryRound, ask_id: int) -> RoundOffice:
    """The asked office of a round with this id.

    Raises:
        NotFound: it is none of this round.
    """
    found = next((one for one in row.offices if one.id == ask_id), None)
    if found is None:
        raise NotFound
    return found


def asked_of(actor: Actor) -> list[OwnAsk]:
    """What others asked the actor's office and those below it, in open rounds of open cases, the most urgent first."""
    query = _asked_from_elsewhere(actor).order_by(InquiryRound.due_at, RoundOffice.id)
    return [_own(asked) for asked in db.session.scalars(query)]


def waiting_for(actor: Actor) -> int:
    """How many of these have no answer at all."""
    query = _asked_from_elsewhere(actor).where(RoundOffice.answered_at.is_(None))
    return len(db.session.scalars(query.with_only_columns(RoundOffice.id)).all())


def own(actor: Actor, ask_id: int, session: AnySession | None = None) -> OwnAsk:
    """What one office was asked in one round, for its own people and those above it.

    Raises:
        NotFound: there is none, or it is another office's; the two look the same.
    """
    found = (session or db.session).scalar(_asks(actor).where(RoundOffice.id == ask_id))
    if found is None:
        raise NotFound
    return _own(found, session)


def of_link(token: str, now: datetime) -> OwnAsk:
    """What the holder of a phone link was asked, and nothing else.

    Raises:
        NotFound, RoundHasEnded: the link.
    """
    holder = round_links.holder(token, now)
    asked = asked_view(holder.round, holder.asked, db.session)
    return OwnAsk(holder.incident, holder.round, asked, db.session.get(Office, holder.round.office_code))


def view_of(incident: Incident, row: InquiryRound, session: AnySession) -> RoundView:
    """A round, read."""
    asked = tuple(asked_view(row, one, session) for one in row.offices)
    return RoundView(incident, row, tuple(row.questions), asked)


def asked_view(row: InquiryRound, asked: RoundOffice, session: AnySession) -> AskedView:
    """One office's part of a round, read."""
    newest = {answer.question_id: answer for answer in asked.answers}
    office = session.get(Office, asked.office_code)
    assert office is not None
    return AskedView(asked, office, newest, Progress(len(row.questions), len(newest), row.due_at))


def _own(asked: RoundOffice, session: AnySession | None = None) -> OwnAsk:
    here = session or db.session
    row = asked.round
    incident = here.get(Incident, row.incident_id)
    assert incident is not None
    return OwnAsk(incident, row, asked_view(row, asked, here), here.get(Office, row.office_code))


def rounds(incident: Incident) -> Select[InquiryRound]:
    """The rounds of a case, the newest first."""
    return select(InquiryRound).where(InquiryRound.incident_id == incident.id).order_by(InquiryRound.number.desc())


def _asked_from_elsewhere(actor: Actor) -> Select[RoundOffice]:
    from_here = InquiryRound.office_code.startswith(scope.code_prefix(actor.office))
    return _asks(actor).where(InquiryRound.ended_at.is_(None), Incident.state == "open", ~from_here)


def _asks(actor: Actor) -> Select[RoundOffice]:
    return (
        select(RoundOffice)
        .join(InquiryRound, InquiryRound.id == RoundOffice.round_id)
        .join(Incident, Incident.id == InquiryRound.incident_id)
        .where(RoundOffice.office_code.startswith(scope.code_prefix(actor.office)))
    )
