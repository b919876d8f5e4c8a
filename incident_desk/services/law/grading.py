"""The grade of a case: proposed by the figures, judged by a person, changed with basis and a second person.

The proposal never sets a grade. A first judgement (初步认定) is no change; a later one raises (调高) or lowers (调低).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session

from incident_desk.domain.calls.call_grading import grading_inputs
from incident_desk.domain.calls.call_sheet import CallSheet
from incident_desk.domain.china_time import china_date
from incident_desk.domain.errors import N_, DomainError
from incident_desk.domain.law.grading import GradeProposal, propose
from incident_desk.domain.law.legal_codes import FactKind, Grade
from incident_desk.domain.law.rulebook import Rulebook
from incident_desk.domain.permissions import Actor
from incident_desk.models import FactRecord, Incident
from incident_desk.services import scope
from incident_desk.services.calls import case_sheet
from incident_desk.services.cases import facts, tasks
from incident_desk.services.law import clocks
from incident_desk.services.transaction import Transaction, transaction

SECOND_TASK = "confirm_fall"
"""Kind of the task that a fall without a second person leaves; its subject is ``grade``."""


class BasisMissing(DomainError):
    """A judgement without a basis."""

    code = "basis_missing"
    message_id = N_("Say on what the judgement is based, such as the figure or condition that was met.")


class SecondIsTheSame(DomainError):
    """The second person is the first."""

    code = "second_is_the_same"
    message_id = N_("The second person must be another one than %(name)s.")


class GradeIsTheSame(DomainError):
    """The grade that the case has already."""

    code = "grade_is_the_same"
    status = 409
    message_id = N_("The case is grade %(grade)s already.")


class NoSuchGrade(DomainError):
    """Not one of the four grades."""

    code = "no_such_grade"
    message_id = N_("A grade is I, II, III or IV, not %(value)s.")


@dataclass(frozen=True, slots=True)
class GradeView:
    """The judged grade beside what the figures propose; *version* is the case's, for the next judgement."""

    incident: Incident
    proposal: GradeProposal
    judgements: tuple[FactRecord, ...]

    @property
    def version(self) -> int:
        """Version of the case."""
        return self.incident.version


def proposal(actor: Actor, case_no: str) -> GradeProposal:
    """What the figures of a case say of its grade, by the standard in force when it was learned.

    Raises:
        NotFound: not this actor's to see.
    """
    return view(actor, case_no).proposal


def view(actor: Actor, case_no: str) -> GradeView:
    """Grade, proposal and judgements of a case.

    Raises:
        NotFound: not this actor's to see.
    """
    incident = scope.incident(actor, case_no)
    sheet = case_sheet.current_sheet(incident)
    judged = tuple(facts.history(incident.id, FactKind.GRADE_CHANGED))
    return GradeView(incident, propose_from(sheet), judged)


def propose_from(sheet: CallSheet) -> GradeProposal:
    """The proposal of a sheet, also of one that is still being typed."""
    return propose(grading_inputs(sheet).to_json(), Rulebook.shipped(), on=china_date(sheet.learned_at))


def judge(
    case_no: str,
    grade: str,
    *,
    basis: str,
    second: str = "",
    actor: Actor,
    now: datetime,
    at: datetime | None = None,
    expected_version: int | None = None,
) -> FactRecord:
    """A person's judgement of the grade; the clocks follow.

    *at* is when it was made (default now). A fall named by one person alone is recorded, voids nothing and leaves a
    task until a second person stands for it.

    Raises:
        NoSuchGrade, BasisMissing, SecondIsTheSame, GradeIsTheSame: what to change is in the message.
        ChangedMeanwhile: somebody judged since *expected_version*.
        NotFound: not this actor's to see.
    """
    wanted, basis, second = _checked(grade, basis, second, actor)
    with transaction() as tx:
        incident = scope.incident(actor, case_no, tx.session)
        facts.lock(tx, incident)
        typed = {"grade": wanted.value, "basis": basis, "second": second}
        facts.refuse_stale(tx.session, incident, (FactKind.GRADE_CHANGED,), expected_version, typed=typed)
        before = Grade(incident.grade) if incident.grade else None
        is_fall = before is not None and wanted.rank < before.rank
        if before is wanted:
            fact = _vouch(tx, incident, second, basis, actor=actor, now=now)
        else:
            fact = _record(tx, incident, before, typed, at=at or now, actor=actor, now=now)
        incident.grade = wanted.value
        entry = {"fact": fact.id, "before": before, "grade": wanted, "first": before is None}
        tx.journal(incident, "grade.judged", actor=actor, at=now, data=entry)
        act = tasks.open_task if is_fall and not second else tasks.close_task
        act(tx, incident, SECOND_TASK, "grade", actor=actor, now=now)
        clocks.rederive(tx, incident, now=now)
        tx.outcome("fact", f"{case_no}/{fact.id}")
    return fact


def _checked(grade: str, basis: str, second: str, actor: Actor) -> tuple[Grade, str, str]:
    if grade not in set(Grade):
        raise NoSuchGrade(field="grade", value=str(grade)[:20])
    basis, second = basis.strip(), second.strip()
    if not basis:
        raise BasisMissing(field="basis")
    if second and second == (actor.name or actor.ref):
        raise SecondIsTheSame(field="second", name=second)
    return Grade(grade), basis, second


def _record(
    tx: Transaction,
    incident: Incident,
    before: Grade | None,
    said: Mapping[str, str],
    *,
    at: datetime,
    actor: Actor,
    now: datetime,
) -> FactRecord:
    data = {**said, "by": actor.name or actor.ref}
    wanted = Grade(said["grade"])
    since = _known_since(tx.session, incident, wanted) if before and wanted.rank > before.rank else None
    if since is not None:
        data["known_since"] = since.isoformat()
    return facts.record(tx, incident, FactKind.GRADE_CHANGED, at=at, data=data, actor=actor, now=now)


def _vouch(tx: Transaction, incident: Incident, second: str, basis: str, *, actor: Actor, now: datetime) -> FactRecord:
    """The last judgement said again with the second person it lacked: dated when it was made, vouched for now."""
    last = facts.newest(incident.id, FactKind.GRADE_CHANGED, tx.session)
    if last is None or not second or last.data.get("second"):
        raise GradeIsTheSame(field="grade", grade=incident.grade)
    if second == last.data.get("by"):
        raise SecondIsTheSame(field="second", name=second)
    last.withdrawn_at = now
    data = {**last.data, "second": second, "basis": basis}
    return facts.record(tx, incident, FactKind.GRADE_CHANGED, at=last.at, data=data, actor=actor, now=now)


def _known_since(session: Session, incident: Incident, wanted: Grade) -> datetime | None:
    """Since when the facts on record have given *wanted* or worse, without a break until now; None if they do not."""
    rows = session.scalars(
        select(FactRecord)
        .where(FactRecord.incident_id == incident.id, FactRecord.kind.startswith(facts.SHEET, autoescape=True))
        .order_by(FactRecord.recorded_at, FactRecord.id)
    ).all()
    since: datetime | None = None
    known: dict[str, FactRecord] = {}
    for recorded_at, written in groupby(rows, key=lambda row: row.recorded_at):
        for row in written:
            code = row.kind.removeprefix(facts.SHEET)
            if code not in known or row.at >= known[code].at:
                known[code] = row
        found = propose_from(case_sheet.sheet_of(known, incident.learned_at)).grade
        reaches = found is not None and found.rank >= wanted.rank
        first = incident.learned_at if recorded_at <= incident.opened_at else recorded_at
        since = (since or first) if reaches else None
    return since
