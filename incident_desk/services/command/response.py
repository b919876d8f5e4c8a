"""Emergency response and warning on record: started, changed, ended; the facts that clocks run from follow from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from incident_desk.domain.code_lists import is_code
from incident_desk.domain.command.response import (
    FACTS,
    LEVELS,
    RESPONSE_LIMITS,
    BodyMissing,
    LevelMissing,
    ResponseMove,
    ResponseStep,
    ResponseSubject,
    check_move,
    standing,
)
from incident_desk.domain.command.words import clean, reason_of
from incident_desk.domain.permissions import Actor
from incident_desk.extensions import db
from incident_desk.models import Incident, ResponseAct
from incident_desk.services import scope
from incident_desk.services.cases import facts
from incident_desk.services.cases.facts import AnySession
from incident_desk.services.command.command_rows import digest_of, find, past, refuse_other_office, withdraw_facts
from incident_desk.services.law import clocks
from incident_desk.services.transaction import transaction


@dataclass(frozen=True, slots=True)
class ResponseView:
    """Every act of a case, the newest first, and what runs now: the newest act of each subject."""

    incident: Incident
    acts: tuple[ResponseAct, ...]
    current: Mapping[ResponseSubject, ResponseAct]

    def runs(self, subject: ResponseSubject) -> bool:
        """Whether *subject* was started and not ended."""
        row = self.current.get(subject)
        return row is not None and row.step != ResponseStep.ENDED.value


def record(
    case_no: str,
    subject: ResponseSubject,
    step: ResponseStep,
    said: Mapping[str, str],
    *,
    level: str,
    at: datetime,
    actor: Actor,
    now: datetime,
) -> ResponseAct:
    """Record that a response or warning was started, changed or ended, or that the disposal ended.

    The fact that clocks run from is recorded with it (``response_started``, ``emergency_ended``, ``disposal_ended``),
    and the clocks are derived anew. Journal ``response.recorded``. The same act once more writes nothing.

    Raises:
        LevelMissing, BodyMissing, DisposalOnlyEnds, RunsAlready, DoesNotRun, EndedAlready, TimesReversed,
        TimeInFuture, CommandTextTooLong: what to change is in the message.
        NotFound: not this actor's to see.
    """
    words = clean(said, RESPONSE_LIMITS)
    level = "" if step is ResponseStep.ENDED else level
    with transaction() as tx:
        incident = scope.incident(actor, case_no, tx.session)
        facts.lock(tx, incident)
        at = past(at, now=now, field="at")
        if not words["body"]:
            raise BodyMissing(field="body")
        if level and not (subject in LEVELS and is_code(LEVELS[subject], level)):
            raise LevelMissing(field="level")
        rows = _standing_rows(incident, tx.session)
        move = ResponseMove(subject, step, level, at)
        again = next((row for row in rows if _move(row) == move and _says(row, words)), None)
        if again is not None:
            tx.outcome("response", f"{case_no}/{again.id}")
            return again
        check_move(move, [_move(row) for row in rows])
        row = ResponseAct(
            incident_id=incident.id, office_code=actor.office, subject=subject.value, step=step.value, level=level,
            at=at, recorded_at=now, recorded_by=actor.ref, **words,
        )  # fmt: skip
        tx.session.add(row)
        tx.session.flush()
        data = {
            "response": row.id, "subject": row.subject, "step": row.step, "level": level, "at": at,
            "words": digest_of(incident, *words.values()),
        }  # fmt: skip
        tx.journal(incident, "response.recorded", actor=actor, at=now, data=data)
        kind = FACTS.get((subject, step))
        if kind is not None:
            facts.record(tx, incident, kind, at=at, data={}, actor=actor, now=now, source=_source(row))
            clocks.rederive(tx, incident, now=now)
        tx.outcome("response", f"{case_no}/{row.id}")
    return row


def take_back(case_no: str, act_id: int, *, reason: str, actor: Actor, now: datetime) -> ResponseAct:
    """Take back an act that was recorded wrongly: its fact is withdrawn by name, the clocks follow.

    A breach that has passed in the meantime stays one. Journal ``response.withdrawn``.

    Raises:
        TakeBackReasonMissing, NotAllowed, NotFound.
    """
    with transaction() as tx:
        incident = scope.incident(actor, case_no, tx.session)
        row = find(ResponseAct, incident, act_id, tx.session, lock=True)
        refuse_other_office(row, actor)
        why = reason_of(reason)
        if row.withdrawn_at is None:
            facts.lock(tx, incident)
            row.withdrawn_at, row.withdrawn_by, row.withdrawn_reason = now, actor.ref, why
            withdrawn = withdraw_facts(tx, incident, _source(row), now=now)
            data = {
                "response": row.id, "subject": row.subject, "step": row.step, "facts": withdrawn,
                "reason": digest_of(incident, why),
            }  # fmt: skip
            tx.journal(incident, "response.withdrawn", actor=actor, at=now, data=data)
            clocks.rederive(tx, incident, now=now)
        tx.outcome("response", f"{case_no}/{row.id}")
    return row


def of_case(actor: Actor, case_no: str) -> ResponseView:
    """What was started and ended in a case.

    Raises:
        NotFound: not this actor's to see.
    """
    incident = scope.incident(actor, case_no)
    rows = db.session.scalars(
        select(ResponseAct)
        .where(ResponseAct.incident_id == incident.id)
        .order_by(ResponseAct.at.desc(), ResponseAct.id.desc())
    ).all()
    valid = [row for row in rows if row.withdrawn_at is None]
    current: dict[ResponseSubject, ResponseAct] = {}
    for row in valid:
        current.setdefault(ResponseSubject(row.subject), row)
    return ResponseView(incident, tuple(rows), current)


def runs_since(incident: Incident, session: AnySession) -> ResponseMove | None:
    """The newest act of the response of a case, for papers that propose to change or end it."""
    return standing([_move(row) for row in _standing_rows(incident, session)], ResponseSubject.RESPONSE)


def _standing_rows(incident: Incident, session: AnySession) -> list[ResponseAct]:
    query = select(ResponseAct).where(ResponseAct.incident_id == incident.id, ResponseAct.withdrawn_at.is_(None))
    return list(session.scalars(query.order_by(ResponseAct.at, ResponseAct.id)))


def _move(row: ResponseAct) -> ResponseMove:
    return ResponseMove(ResponseSubject(row.subject), ResponseStep(row.step), row.level, row.at)


def _says(row: ResponseAct, words: Mapping[str, str]) -> bool:
    return all(getattr(row, key) == value for key, value in words.items())


def _source(row: ResponseAct) -> str:
    return f"response:{row.id}"
