"""What the page behind an expert's link says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from incident_desk.domain.callouts.callout_answers import AnswerKind
from incident_desk.domain.callouts.specialities import Discipline, ExpertSpeciality
from incident_desk.extensions import db
from incident_desk.models import CalloutMember, Expert, Incident, Office, OutboxMessage
from incident_desk.services.callouts import answer_links, callout_texts
from incident_desk.services.reports.report_values import DUTY_NUMBER


@dataclass(frozen=True, slots=True)
class AnswerPage:
    """One person's page. ``distance_km`` is the straight line from home to the place; ``duty_number`` may be empty."""

    incident: Incident
    member: CalloutMember
    expert: Expert
    office: Office
    event: str
    place: str
    discipline: Discipline
    speciality: ExpertSpeciality
    distance_km: float | None
    answer_by: datetime
    duty_number: str

    @property
    def answer(self) -> AnswerKind | None:
        """The answer on record."""
        return AnswerKind(self.member.answer) if self.member.answer else None

    @property
    def comes(self) -> bool:
        """Whether this person said yes."""
        return self.answer is not None and self.answer.coming


def of(token: str, now: datetime) -> AnswerPage:
    """The page of who holds *token*.

    Raises:
        NotFound, AnswerLinkEnded: the link.
    """
    holder = answer_links.holder(token, now)
    office = db.session.get_one(Office, holder.callout.office_code)
    asked = db.session.get(OutboxMessage, holder.member.outbox_id) if holder.member.outbox_id else None
    reason = holder.member.reason
    return AnswerPage(
        incident=holder.incident,
        member=holder.member,
        expert=holder.expert,
        office=office,
        event=callout_texts.event_zh(db.session(), holder.incident),
        place=callout_texts.place_zh(db.session(), holder.incident),
        discipline=Discipline(reason["discipline"]),
        speciality=ExpertSpeciality(reason["speciality"]),
        distance_km=reason["distance_km"],
        answer_by=(asked.promised_at if asked else holder.callout.requested_at) + callout_texts.ANSWER_WITHIN,
        duty_number=str(office.settings.get(DUTY_NUMBER, "")),
    )
