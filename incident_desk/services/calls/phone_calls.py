"""First calls out: proposed from what is known, made by people, recorded in two clicks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Select, select

from incident_desk.domain.calls.call_fields import CallField
from incident_desk.domain.calls.first_calls import CallToMake
from incident_desk.domain.calls.water_intakes import IntakeReport
from incident_desk.domain.errors import N_, ChangedMeanwhile, DomainError, NotFound
from incident_desk.domain.journal import salted_digest
from incident_desk.domain.permissions import Actor
from incident_desk.extensions import db
from incident_desk.models import Incident, PhoneCall
from incident_desk.services import scope
from incident_desk.services.calls import case_sheet, corrections
from incident_desk.services.cases import facts
from incident_desk.services.transaction import Transaction, transaction

INTAKES = f"{facts.SHEET}{CallField.INTAKES}"
STATES = ("to_make", "answered", "no_answer", "not_needed")


class UnknownCallState(DomainError):
    """Not one of the ways a telephone call can end."""

    code = "unknown_call_state"
    message_id = N_("Say whether it was answered, not answered, or is not needed.")


def propose(
    tx: Transaction, incident: Incident, calls_to_make: Iterable[CallToMake], *, actor: Actor, now: datetime
) -> list[PhoneCall]:
    """Put the calls to make on record; a contact stands there once, and a call that was made stays made.

    A call still to make takes over the newer rank, number and reason. Journal ``phone_call.proposed`` with the ids
    of those that are new.
    """
    known = {row.contact_key: row for row in tx.session.scalars(_of(incident.id))}
    rows, new = [], []
    for call in calls_to_make:
        row = known.get(call.key)
        if row is None:
            row = PhoneCall(incident_id=incident.id, contact_key=call.key, proposed_at=now)
            new.append(row)
            tx.session.add(row)
        if row.state in (None, "to_make"):
            _take(row, call)
        rows.append(row)
    tx.session.flush()
    if new:
        ids = [row.id for row in new]
        tx.journal(incident, "phone_call.proposed", actor=actor, at=now, data={"phone_calls": ids})
    return rows


def record_answer(
    case_no: str,
    phone_call_id: int,
    *,
    state: str,
    actor: Actor,
    now: datetime,
    answered_by: str = "",
    said: str = "",
    done: str = "",
    done_at: datetime | None = None,
    expected_version: int | None = None,
    intake: IntakeReport | None = None,
) -> PhoneCall:
    """Record how a call went, and in the same act what a water works told of its intake.

    The words stay in the row; the journal holds a digest of them. Recording again corrects the record.

    Raises:
        UnknownCallState: *state* is none of ``STATES``.
        ChangedMeanwhile: somebody else recorded this call since *expected_version*; ``params`` hold both.
        NotFound: no such call in a case this actor may see.
    """
    if state not in STATES:
        raise UnknownCallState(field="state")
    with transaction() as tx:
        incident = scope.incident(actor, case_no, tx.session)
        row = tx.session.scalar(_of(incident.id).where(PhoneCall.id == phone_call_id).with_for_update())
        if row is None:
            raise NotFound
        typed = {"state": state, "answered_by": answered_by, "said": said, "done": done}
        if expected_version is not None and row.version != expected_version:
            raise ChangedMeanwhile(current=_words(row), typed=typed, version=row.version)
        row.state = state
        row.answered_by, row.said, row.done = answered_by or None, said or None, done or None
        row.made_at, row.made_by = (None, None) if state == "to_make" else (now, actor.ref)
        row.done_at = done_at or (now if done else None)
        row.version += 1
        digest = salted_digest(bytes.fromhex(incident.journal_salt), "\x1f".join(map(str, typed.values())).encode())
        data = {"phone_call": row.id, "state": state, "version": row.version, "digest": digest}
        tx.journal(incident, "phone_call.made", actor=actor, at=now, data=data)
        if intake is not None:
            _record_intake(tx, incident, intake, source=f"phone_call:{row.id}", actor=actor, now=now)
        tx.outcome("phone_call", f"{case_no}/{row.id}")
    return row


def to_make(actor: Actor, case_no: str | None = None) -> list[tuple[PhoneCall, Incident]]:
    """The calls still to make, of one case or of all open ones *actor* may see, the most pressing first."""
    query = (
        select(PhoneCall, Incident)
        .join(Incident, PhoneCall.incident_id == Incident.id)
        .where(scope.visible_to(actor), PhoneCall.state == "to_make")
        .order_by(Incident.id.desc(), PhoneCall.rank, PhoneCall.id)
    )
    query = query.where(Incident.state == "open") if case_no is None else query.where(Incident.case_no == case_no)
    return [(call, incident) for call, incident in db.session.execute(query)]


def calls_of(actor: Actor, case_no: str) -> list[PhoneCall]:
    """Every call of a case in the order of ringing.

    Raises:
        NotFound: not this actor's to see.
    """
    return list(db.session.scalars(_of(scope.incident(actor, case_no).id)))


def call_of(actor: Actor, case_no: str, phone_call_id: int) -> PhoneCall:
    """One call of a case.

    Raises:
        NotFound: no such call in a case this actor may see.
    """
    incident = scope.incident(actor, case_no)
    row = db.session.scalar(_of(incident.id).where(PhoneCall.id == phone_call_id))
    if row is None:
        raise NotFound
    return row


def _of(incident_id: int) -> Select[PhoneCall]:
    return select(PhoneCall).where(PhoneCall.incident_id == incident_id).order_by(PhoneCall.rank, PhoneCall.id)


def _record_intake(
    tx: Transaction, incident: Incident, intake: IntakeReport, *, source: str, actor: Actor, now: datetime
) -> None:
    value = case_sheet.with_intake(facts.newest(incident.id, INTAKES, tx.session), intake)
    facts.record(tx, incident, INTAKES, at=now, data=value, actor=actor, now=now, source=source)
    corrections.after_sheet_change(tx, incident, {CallField.INTAKES}, actor=actor, now=now)


def _take(row: PhoneCall, call: CallToMake) -> None:
    row.kind, row.name, row.number, row.rank = call.role.value, call.name_zh, call.number, call.order
    row.reason = {
        "name_en": call.name_en,
        "reason_zh": call.reason_zh,
        "reason_en": call.reason_en,
        "facility_ids": list(call.facility_ids),
        "before": call.before.isoformat() if call.before else None,
        "is_sample": call.is_sample,
    }


def _words(row: PhoneCall) -> dict[str, str]:
    return {
        "state": row.state, "answered_by": row.answered_by or "", "said": row.said or "", "done": row.done or "",
    }  # fmt: skip
