"""Minutes of the headquarters on record (会议纪要); a decision becomes an order of the headquarters in one act."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from incident_desk.domain.command.instructions import InstructionKind
from incident_desk.domain.command.minutes import MINUTES_LIMITS, Decision, MinutesWithdrawn, NothingDecided
from incident_desk.domain.command.words import clean, reason_of
from incident_desk.domain.errors import NotFound
from incident_desk.domain.labels import label
from incident_desk.domain.permissions import Actor
from incident_desk.extensions import db
from incident_desk.models import CommandGroup, CommandPost, Incident, Instruction, MeetingMinutes, MinutesDecision
from incident_desk.services import scope
from incident_desk.services.cases import facts
from incident_desk.services.command import instructions
from incident_desk.services.command.command_rows import by_number, digest_of, past, refuse_other_office, stored
from incident_desk.services.command.instructions import NewInstruction
from incident_desk.services.transaction import Transaction, transaction

ZH = "zh_Hans"
NAME_LENGTH = 200


@dataclass(frozen=True, slots=True)
class MinutesView:
    """One record of a meeting with the orders that its decisions became, by their ids."""

    incident: Incident
    row: MeetingMinutes
    orders: Mapping[int, Instruction]


def record(
    case_no: str,
    said: Mapping[str, str],
    decisions: Sequence[Decision],
    *,
    held_at: datetime,
    actor: Actor,
    now: datetime,
    file_sha256: str | None = None,
    file_name: str | None = None,
) -> MeetingMinutes:
    """Put minutes on record under the next number of the case. Journal ``minutes.recorded`` with a digest.

    The very same minutes once more, as a second click brings them, are not written again.

    Raises:
        NothingDecided, TimeInFuture, CommandTextTooLong: what to change is in the message.
        NotFound: not this actor's to see.
    """
    words = clean(said, MINUTES_LIMITS)
    with transaction() as tx:
        incident = scope.incident(actor, case_no, tx.session)
        facts.lock(tx, incident)
        held_at = past(held_at, now=now, field="held_at")
        if not (words["text"] or decisions or file_sha256):
            raise NothingDecided(field="text")
        again = _same(tx, incident, words, decisions, file_sha256)
        if again is not None:
            tx.outcome("minutes", f"{case_no}/{again.number}")
            return again
        row = MeetingMinutes(
            incident_id=incident.id, office_code=actor.office, number=_next_number(tx, incident), held_at=held_at,
            file_sha256=file_sha256, file_name=(file_name or "")[:NAME_LENGTH] or None, recorded_at=now,
            recorded_by=actor.ref, **words,
        )  # fmt: skip
        for position, one in enumerate(decisions, 1):
            row.decisions.append(
                MinutesDecision(position=position, text=one.text, carried_out_by=one.to, due_at=one.due_at)
            )
        tx.session.add(row)
        tx.session.flush()
        data = {
            "minutes": row.id, "number": row.number, "held_at": held_at, "file": file_sha256,
            "decisions": len(decisions),
            "words": digest_of(incident, *words.values(), *(f"{one.text}\x1e{one.to}" for one in decisions)),
        }  # fmt: skip
        tx.journal(incident, "minutes.recorded", actor=actor, at=now, data=data)
        tx.outcome("minutes", f"{case_no}/{row.number}")
    return row


def order_from(case_no: str, number: int, decision_id: int, *, actor: Actor, now: datetime) -> Instruction:
    """Make a decision an order of the headquarters: its words, from the chair, to whom the minutes name.

    A decision that is an order already gives that order again.

    Raises:
        ReceiverMissing: the minutes do not say who carries it out. GiverMissing: neither a chair nor a head is named.
        MinutesWithdrawn, NotFound.
    """
    with transaction() as tx:
        incident = scope.incident(actor, case_no, tx.session)
        row = by_number(MeetingMinutes, incident, number, tx.session, lock=True)
        decision = next((one for one in row.decisions if one.id == decision_id), None)
        if decision is None:
            raise NotFound
        if row.withdrawn_at is not None:
            raise MinutesWithdrawn
        if decision.instruction_id is not None:
            tx.outcome("instruction", f"{case_no}/{decision.instruction_id}")
            return tx.session.get_one(Instruction, decision.instruction_id)
        new = _order(tx, incident, row, decision, now)
        made = instructions.write(tx, incident, new, actor=actor, now=now)
        decision.instruction_id = made.id
        tx.outcome("instruction", f"{case_no}/{made.id}")
    return made


def take_back(case_no: str, number: int, *, reason: str, actor: Actor, now: datetime) -> MeetingMinutes:
    """Take back minutes that were wrong; row and number stay, orders made of them too. Journal ``minutes.withdrawn``.

    Raises:
        TakeBackReasonMissing, NotAllowed, NotFound.
    """
    with transaction() as tx:
        incident = scope.incident(actor, case_no, tx.session)
        row = by_number(MeetingMinutes, incident, number, tx.session, lock=True)
        refuse_other_office(row, actor)
        why = reason_of(reason)
        if row.withdrawn_at is None:
            row.withdrawn_at, row.withdrawn_by, row.withdrawn_reason = now, actor.ref, why
            data = {"minutes": row.id, "number": row.number, "reason": digest_of(incident, why)}
            tx.journal(incident, "minutes.withdrawn", actor=actor, at=now, data=data)
        tx.outcome("minutes", f"{case_no}/{row.number}")
    return row


def all_of(actor: Actor, case_no: str) -> list[MinutesView]:
    """The minutes of a case, the newest meeting first.

    Raises:
        NotFound: not this actor's to see.
    """
    incident = scope.incident(actor, case_no)
    query = select(MeetingMinutes).where(MeetingMinutes.incident_id == incident.id)
    rows = db.session.scalars(query.order_by(MeetingMinutes.held_at.desc(), MeetingMinutes.id.desc())).all()
    return [_view(incident, row, db.session()) for row in rows]


def one(actor: Actor, case_no: str, number: int) -> MinutesView:
    """The minutes with this number.

    Raises:
        NotFound: there are none in a case this actor may see.
    """
    incident = scope.incident(actor, case_no)
    return _view(incident, by_number(MeetingMinutes, incident, number, db.session()), db.session())


def decision_of(actor: Actor, case_no: str, decision_id: int) -> tuple[MinutesView, MinutesDecision]:
    """One decision of a case with its minutes.

    Raises:
        NotFound: there is none in a case this actor may see.
    """
    incident = scope.incident(actor, case_no)
    found = db.session.get(MinutesDecision, decision_id)
    if found is None or found.minutes.incident_id != incident.id:
        raise NotFound
    return _view(incident, found.minutes, db.session()), found


def file_of(view: MinutesView) -> tuple[Path, str]:
    """Where the attached minutes lie, and the name they came with.

    Raises:
        NotFound: nothing is attached.
    """
    return stored(view.row.file_sha256), view.row.file_name or "minutes"


def _view(incident: Incident, row: MeetingMinutes, session: Session) -> MinutesView:
    ids = [one.instruction_id for one in row.decisions if one.instruction_id is not None]
    orders = {found.id: found for found in session.scalars(select(Instruction).where(Instruction.id.in_(ids)))}
    return MinutesView(incident, row, orders)


def _order(
    tx: Transaction, incident: Incident, row: MeetingMinutes, decision: MinutesDecision, now: datetime
) -> NewInstruction:
    post = tx.session.scalar(
        select(CommandPost).where(CommandPost.incident_id == incident.id, CommandPost.replaced_at.is_(None))
    )
    group = _group(tx, incident, decision.carried_out_by)
    said = {
        "text": decision.text,
        "given_by": row.chair or (post.head_name if post else ""),
        "given_title": f"会议纪要第{row.number}期",
        "to_unit": "" if group else decision.carried_out_by,
        "to_name": group.head_name if group else "",
        "to_phone": group.head_phone if group else "",
    }
    due_at = decision.due_at if decision.due_at is not None and decision.due_at > row.held_at else None
    return NewInstruction(
        InstructionKind.COMMAND, said, min(row.held_at, now), due_at, group_id=group.id if group else None
    )


def _group(tx: Transaction, incident: Incident, named: str) -> CommandGroup | None:
    """The group that the minutes mean by its own name, or by the name of its kind."""
    query = select(CommandGroup).where(CommandGroup.incident_id == incident.id, CommandGroup.ended_at.is_(None))
    for group in tx.session.scalars(query.order_by(CommandGroup.id)):
        if named and named in (group.name, label(("group_kind", group.kind), ZH)):
            return group
    return None


def _same(
    tx: Transaction, incident: Incident, words: Mapping[str, str], decisions: Sequence[Decision], file: str | None
) -> MeetingMinutes | None:
    newest = tx.session.scalar(
        select(MeetingMinutes)
        .where(MeetingMinutes.incident_id == incident.id, MeetingMinutes.withdrawn_at.is_(None))
        .order_by(MeetingMinutes.id.desc())
        .limit(1)
    )
    if newest is None or newest.file_sha256 != file:
        return None
    same_words = all(getattr(newest, key) == value for key, value in words.items())
    told = [(one.text, one.carried_out_by) for one in newest.decisions]
    return newest if same_words and told == [(one.text, one.to) for one in decisions] else None


def _next_number(tx: Transaction, incident: Incident) -> int:
    highest = tx.session.scalar(
        select(func.max(MeetingMinutes.number)).where(MeetingMinutes.incident_id == incident.id)
    )
    return (highest or 0) + 1
