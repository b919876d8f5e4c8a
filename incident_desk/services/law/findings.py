"""Findings that a duty does not exist in a case: proposed by one, answered by a second, never silent.

By telephone the duty leaves the board at once and the second confirms within two hours; a worker that finds no
confirmation puts the duty back. What had been overdue stays overdue whatever is found.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from incident_desk.domain.calls.occurrence import check_not_future
from incident_desk.domain.errors import N_, DomainError, NotFound
from incident_desk.domain.journal import salted_digest
from incident_desk.domain.law.findings import (
    LONGEST,
    OPEN_STATES,
    ConferenceOwed,
    Finding,
    FindingSettled,
    FindingState,
    Ground,
    NotTheSecond,
    SecondPersonMissing,
    confirm_by,
)
from incident_desk.domain.law.legal_codes import SERIOUS, FactKind, Grade
from incident_desk.domain.law.rulebook import Rulebook
from incident_desk.domain.messages import MessageKind, message_key
from incident_desk.domain.permissions import Actor, worker_actor
from incident_desk.extensions import db
from incident_desk.models import ClockRecord, FactRecord, FindingRecord, Incident, Person
from incident_desk.services import addresses, people, scope
from incident_desk.services.cases import facts
from incident_desk.services.law import clocks
from incident_desk.services.messages import leader_messages
from incident_desk.services.transaction import Transaction, transaction

BATCH = 20
PRESS_CONFERENCE = "D2"


class ClockIsClosed(DomainError):
    """Nothing is left to find."""

    code = "clock_is_closed"
    status = 409
    message_id = N_("This clock is closed already.")


class AskedAlready(DomainError):
    """The same question lies before somebody."""

    code = "asked_already"
    status = 409
    message_id = N_("%(name)s has been asked about this duty and has not answered yet.")


@dataclass(frozen=True, slots=True)
class FindingLine:
    """One finding with the names of its two persons."""

    row: FindingRecord
    proposed_by: str
    second: str

    @property
    def is_open(self) -> bool:
        """Whether an answer in person is still awaited."""
        return FindingState(self.row.state) in OPEN_STATES


def propose(
    case_no: str,
    clock_id: int,
    finding: Finding,
    *,
    second: str,
    heard_at: datetime | None = None,
    actor: Actor,
    now: datetime,
) -> FindingRecord:
    """Lay a finding before *second* (a log-in); with *heard_at* they have said yes by telephone, and it stands at once.

    A text with the link goes to the second. Journal ``finding.proposed``, by telephone also ``finding.heard``.

    Raises:
        GroundNotOfThisDuty, OtherNotNamed, FindingIncomplete, SecondPersonMissing: what is said.
        ClockIsClosed, AskedAlready, ConferenceOwed: what stands.
        TimeInFuture: *heard_at*.
        NotFound: no such clock in a case this actor may see.
    """
    finding = _trimmed(finding)
    finding.refuse_gaps(Rulebook.shipped().family_of(_clock_rule(actor, case_no, clock_id)))
    asked = next((one for one in seconds_for(actor) if one.login == second), None)
    if asked is None:
        raise SecondPersonMissing(field="second")
    if heard_at is not None:
        check_not_future(heard_at, now=now)
    with transaction() as tx:
        incident = scope.incident(actor, case_no, tx.session)
        facts.lock(tx, incident)
        clock = _open_clock(tx, incident, clock_id)
        _refuse_conference_owed(tx, incident, clock.rule_id, finding.ground)
        row = FindingRecord(
            incident_id=incident.id, clock_id=clock.id, office_code=clock.office_code, rule_id=clock.rule_id,
            state=FindingState.PROPOSED.value, ground=finding.ground.value, basis=finding.legal_basis(),
            reason=finding.reason, evidence=finding.evidence, other=finding.other, proposed_by=actor.ref,
            proposed_at=now, second_id=asked.id,
        )  # fmt: skip
        tx.session.add(row)
        tx.session.flush()
        _journal(tx, incident, row, "finding.proposed", actor=actor, now=now)
        _ask(tx, incident, row, clock, asked, now=now)
        if heard_at is not None:
            row.state, row.heard_at, row.confirm_by = FindingState.BY_TELEPHONE.value, heard_at, confirm_by(heard_at)
            _take_off(tx, incident, row, by=actor.name, second=asked.name, at=heard_at, actor=actor, now=now)
            _journal(tx, incident, row, "finding.heard", actor=actor, now=now)
        tx.outcome("finding", f"{case_no}/{row.id}")
    return row


def confirm(case_no: str, finding_id: int, *, actor: Actor, now: datetime) -> FindingRecord:
    """The second says yes in person; the duty leaves the board, or stays off it. Journal ``finding.confirmed``.

    Raises:
        NotTheSecond, FindingSettled, ClockIsClosed, NotFound.
    """
    with transaction() as tx:
        incident, row = _asked(tx, actor, case_no, finding_id)
        if FindingState(row.state) is FindingState.CONFIRMED:
            return row
        _refuse_settled(row)
        if row.fact_id is None:
            _open_clock(tx, incident, row.clock_id, but=row.id)
            proposer = people.names_of({row.proposed_by}).get(row.proposed_by, "")
            _take_off(tx, incident, row, by=proposer, second=actor.name, at=now, actor=actor, now=now)
        row.state, row.settled_at = FindingState.CONFIRMED.value, now
        _journal(tx, incident, row, "finding.confirmed", actor=actor, now=now)
        tx.outcome("finding", f"{case_no}/{row.id}")
    return row


def decline(case_no: str, finding_id: int, *, actor: Actor, now: datetime) -> FindingRecord:
    """The second says no: the duty is on the board, again if it had left it. Journal ``finding.declined``.

    Raises:
        NotTheSecond, FindingSettled, NotFound.
    """
    with transaction() as tx:
        incident, row = _asked(tx, actor, case_no, finding_id)
        if FindingState(row.state) is FindingState.DECLINED:
            return row
        _refuse_settled(row)
        row.state, row.settled_at = FindingState.DECLINED.value, now
        _put_back(tx, incident, row, now=now)
        _journal(tx, incident, row, "finding.declined", actor=actor, now=now)
        tx.outcome("finding", f"{case_no}/{row.id}")
    return row


def lapse(now: datetime) -> int:
    """The worker's duty: a word by telephone that nobody confirmed in time falls; says how many did.

    The duty is back on the board and its keepers are told. Journal ``finding.lapsed``.
    """
    late = (FindingRecord.state == FindingState.BY_TELEPHONE.value) & (FindingRecord.confirm_by < now)
    if db.session.scalar(select(FindingRecord.id).where(late).limit(1)) is None:
        return 0
    with transaction() as tx:
        query = select(FindingRecord).where(late).order_by(FindingRecord.id).limit(BATCH)
        rows = tx.session.scalars(query.with_for_update(skip_locked=True, key_share=True)).all()
        for row in rows:
            incident = tx.session.get_one(Incident, row.incident_id)
            row.state, row.settled_at = FindingState.LAPSED.value, now
            _put_back(tx, incident, row, now=now)
            _journal(tx, incident, row, "finding.lapsed", actor=worker_actor(row.office_code), now=now)
            _tell_lapsed(tx, incident, row, now=now)
    return len(rows)


def of_clock(actor: Actor, case_no: str, clock_id: int) -> list[FindingLine]:
    """The findings about one clock, newest first.

    Raises:
        NotFound: not this actor's to see.
    """
    incident = scope.incident(actor, case_no)
    query = select(FindingRecord).where(FindingRecord.incident_id == incident.id, FindingRecord.clock_id == clock_id)
    return _lines(list(db.session.scalars(query.order_by(FindingRecord.id.desc()))))


def waiting_for(actor: Actor) -> list[tuple[str, FindingLine]]:
    """What this person was asked and has not answered in person, with the case's number, oldest first."""
    states = [state.value for state in OPEN_STATES]
    query = (
        select(FindingRecord, Incident.case_no)
        .join(Incident)
        .where(FindingRecord.second_id == actor.person_id, FindingRecord.state.in_(states), scope.visible_to(actor))
        .order_by(FindingRecord.id)
    )
    found = db.session.execute(query).all()
    lines = {line.row.id: line for line in _lines([row for row, _ in found])}
    return [(case_no, lines[row.id]) for row, case_no in found]


def seconds_for(actor: Actor) -> list[Person]:
    """Who may be the second person beside *actor*: leaders and keepers of the office and of those above it."""
    offices = scope.offices_above(actor.office)
    found = [one for office in offices for one in (*people.leaders_of(office), *people.keepers_of(office))]
    return [one for one in found if one.id != actor.person_id]


def may_be_left_out(incident: Incident, triggers: frozenset[str]) -> bool:
    """Whether the press conference may: judged III or IV, and nothing that makes the case sensitive (D2)."""
    return incident.grade is not None and Grade(incident.grade) not in SERIOUS and not triggers


def _refuse_conference_owed(tx: Transaction, incident: Incident, rule_id: str, ground: Ground) -> None:
    if rule_id != PRESS_CONFERENCE or ground is not Ground.RULE_DOES_NOT_APPLY:
        return
    if not may_be_left_out(incident, facts.current_triggers(tx.session, incident.id)):
        raise ConferenceOwed(field="ground")


def _trimmed(finding: Finding) -> Finding:
    texts = (finding.basis, finding.reason, finding.evidence, finding.other)
    return Finding(finding.ground, *(text.strip()[:LONGEST] for text in texts))


def _clock_rule(actor: Actor, case_no: str, clock_id: int) -> str:
    return clocks.clock_of(actor, case_no, clock_id).clock.rule_id


def _open_clock(tx: Transaction, incident: Incident, clock_id: int, *, but: int | None = None) -> ClockRecord:
    query = select(ClockRecord).where(ClockRecord.id == clock_id, ClockRecord.incident_id == incident.id)
    clock = tx.session.scalar(query)
    if clock is None:
        raise NotFound
    if not clock.is_open:
        raise ClockIsClosed
    states = [state.value for state in OPEN_STATES]
    other = tx.session.scalar(
        select(FindingRecord).where(
            FindingRecord.clock_id == clock_id, FindingRecord.state.in_(states), FindingRecord.id != (but or 0)
        )
    )
    if other is not None:
        raise AskedAlready(field="second", name=tx.session.get_one(Person, other.second_id).name)
    return clock


def _asked(tx: Transaction, actor: Actor, case_no: str, finding_id: int) -> tuple[Incident, FindingRecord]:
    """The finding, for the one who was asked; the case is held until the commit."""
    incident = scope.incident(actor, case_no, tx.session)
    facts.lock(tx, incident)
    row = tx.session.get(FindingRecord, finding_id, populate_existing=True)
    if row is None or row.incident_id != incident.id:
        raise NotFound
    if row.second_id != actor.person_id:
        raise NotTheSecond(name=tx.session.get_one(Person, row.second_id).name)
    return incident, row


def _refuse_settled(row: FindingRecord) -> None:
    if FindingState(row.state) not in OPEN_STATES:
        raise FindingSettled


def _take_off(
    tx: Transaction, incident: Incident, row: FindingRecord, *, by: str, second: str, at: datetime,
    actor: Actor, now: datetime,
) -> None:  # fmt: skip
    data = {
        "rule_id": row.rule_id, "office": row.office_code, "basis": row.basis, "reason": row.reason, "by": by,
        "second": second,
    }  # fmt: skip
    fact = facts.record(
        tx, incident, FactKind.NOT_APPLICABLE, at=at, data=data, actor=actor, now=now, office=row.office_code,
        source=f"finding:{row.id}",
    )  # fmt: skip
    row.fact_id = fact.id
    clocks.rederive(tx, incident, now=now)


def _put_back(tx: Transaction, incident: Incident, row: FindingRecord, *, now: datetime) -> None:
    if row.fact_id is None:
        return
    facts.lock(tx, incident)
    tx.session.get_one(FactRecord, row.fact_id).withdrawn_at = now
    incident.version += 1
    row.fact_id = None
    clocks.rederive(tx, incident, now=now)


def _ask(
    tx: Transaction, incident: Incident, row: FindingRecord, clock: ClockRecord, second: Person, *, now: datetime
) -> None:
    words = {
        "title": clock.to_domain().title_zh,
        "link": addresses.of(f"/incidents/{incident.case_no}/clocks/{clock.id}"),
    }
    _promise(tx, incident, row, MessageKind.FINDING_ASKED, words, to=[second], now=now)


def _tell_lapsed(tx: Transaction, incident: Incident, row: FindingRecord, *, now: datetime) -> None:
    clock = tx.session.get_one(ClockRecord, row.clock_id)
    words = {
        "title": clock.to_domain().title_zh,
        "link": addresses.of(f"/incidents/{incident.case_no}/clocks/{clock.id}"),
    }
    told = people.keepers_of(row.office_code) or people.leaders_of(row.office_code)
    _promise(tx, incident, row, MessageKind.FINDING_LAPSED, words, to=told, now=now)


def _promise(
    tx: Transaction, incident: Incident, row: FindingRecord, kind: MessageKind, words: dict[str, str], *,
    to: list[Person], now: datetime,
) -> None:  # fmt: skip
    leader_messages.tell_people(
        tx, incident, kind, words,
        people=to,
        key_of=lambda person: message_key(incident.case_no, kind, f"finding-{row.id}", f"person-{person}"),
        about={"finding": row.id, "clock": row.clock_id},
        now=now,
    )  # fmt: skip


def _journal(
    tx: Transaction, incident: Incident, row: FindingRecord, kind: str, *, actor: Actor, now: datetime
) -> None:
    said = "\x1f".join((row.basis, row.reason, row.evidence)).encode()
    data = {
        "finding": row.id, "clock": row.clock_id, "rule": row.rule_id, "ground": row.ground,
        "second": f"person:{row.second_id}", "confirm_by": row.confirm_by,
        "words": salted_digest(bytes.fromhex(incident.journal_salt), said),
    }  # fmt: skip
    tx.journal(incident, kind, actor=actor, at=now, office=row.office_code, data=data)


def _lines(rows: list[FindingRecord]) -> list[FindingLine]:
    names = people.names_of({ref for row in rows for ref in (row.proposed_by, f"person:{row.second_id}")})
    return [
        FindingLine(row, names.get(row.proposed_by, row.proposed_by), names.get(f"person:{row.second_id}", ""))
        for row in rows
    ]


GROUNDS = tuple(Ground)
