"""Instructions on record: words as they were given, to whom, by when, and which of them are still open.

Orders of the headquarters are numbered within the case. The words stand in the row; the journal has their digest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from incident_desk.domain.command.due_times import check_due
from incident_desk.domain.command.instructions import (
    INSTRUCTION_LIMITS,
    GiverMissing,
    InstructionKind,
    InstructionLife,
    InstructionState,
    PassedHow,
    ReceiverMissing,
)
from incident_desk.domain.command.words import TextMissing, clean
from incident_desk.domain.permissions import Actor
from incident_desk.extensions import db
from incident_desk.models import CommandGroup, Incident, Instruction
from incident_desk.services import scope
from incident_desk.services.cases import facts, tasks
from incident_desk.services.command import headquarters
from incident_desk.services.command.command_rows import digest_of, find, past
from incident_desk.services.transaction import Transaction, transaction

CONFIRM_TASK = "confirm_oral"
"""Kind of the task that an oral instruction leaves until it stands in writing."""


@dataclass(frozen=True, slots=True)
class NewInstruction:
    """Words as they were given. ``said`` are the texts of ``INSTRUCTION_LIMITS``; the group stands before the unit."""

    kind: InstructionKind
    said: Mapping[str, str]
    given_at: datetime
    due_at: datetime | None = None
    group_id: int | None = None
    passed_how: PassedHow | None = None
    original_sha256: str | None = None


@dataclass(frozen=True, slots=True)
class InstructionView:
    """One instruction with its group and how far it has come."""

    incident: Incident
    row: Instruction
    group: CommandGroup | None

    @property
    def kind(self) -> InstructionKind:
        """Which kind of instruction it is."""
        return InstructionKind(self.row.kind)

    @property
    def life(self) -> InstructionLife:
        """When each step was."""
        return life_of(self.row)

    @property
    def state(self) -> InstructionState:
        """How far it has come."""
        return self.life.state()

    @property
    def phone(self) -> str:
        """The number to ring: the one that was written down, else that of the group's head."""
        return self.row.to_phone or (self.group.head_phone if self.group else "")

    @property
    def lacks_confirmation(self) -> bool:
        """An oral instruction that does not stand in writing yet."""
        row = self.row
        return self.kind is InstructionKind.ORAL_WORD and row.confirmed_at is None and row.withdrawn_at is None


def life_of(row: Instruction) -> InstructionLife:
    """The times of one row as the domain reads them."""
    return InstructionLife(
        InstructionKind(row.kind), row.given_at, row.due_at, row.received_at, row.done_at, row.reported_at,
        row.withdrawn_at,
    )  # fmt: skip


def give(case_no: str, new: NewInstruction, *, actor: Actor, now: datetime) -> Instruction:
    """Put an instruction on record; an order of the headquarters gets the next number of the case.

    Journal ``instruction.given`` with a digest of the words. An oral one leaves a task until it stands in writing.

    Raises:
        TextMissing, GiverMissing, ReceiverMissing, DueBeforeGiven, TimeInFuture, CommandTextTooLong: what to change.
        NotFound: no such case, or no such group in it.
    """
    with transaction() as tx:
        incident = scope.incident(actor, case_no, tx.session)
        row = write(tx, incident, new, actor=actor, now=now)
        tx.outcome("instruction", f"{case_no}/{row.id}")
    return row


def write(tx: Transaction, incident: Incident, new: NewInstruction, *, actor: Actor, now: datetime) -> Instruction:
    """The same inside a running transaction, for what makes instructions of its own; see ``give``."""
    if new.group_id is not None:
        find(CommandGroup, incident, new.group_id, tx.session)
    words = clean(new.said, INSTRUCTION_LIMITS)
    given_at = past(new.given_at, now=now, field="given_at")
    _refuse_incomplete(new, words)
    check_due(new.due_at, given_at=given_at)
    if new.kind is InstructionKind.ORAL_WORD:
        words["hearer"] = words["hearer"] or actor.name
    facts.lock(tx, incident)  # of two orders at once, one takes the next number
    row = Instruction(
        incident_id=incident.id, office_code=actor.office, kind=new.kind.value,
        number=_next_number(tx, incident) if new.kind.is_numbered else None, given_at=given_at, due_at=new.due_at,
        group_id=new.group_id, passed_how=new.passed_how.value if new.passed_how else None,
        original_sha256=new.original_sha256, recorded_at=now, recorded_by=actor.ref, **words,
    )  # fmt: skip
    tx.session.add(row)
    tx.session.flush()
    data = {
        **about_of(row), "given_at": given_at, "due_at": new.due_at, "group": new.group_id,
        "original": new.original_sha256, "words": digest_of(incident, *words.values()),
    }  # fmt: skip
    tx.journal(incident, "instruction.given", actor=actor, at=now, data=data)
    if new.kind is InstructionKind.ORAL_WORD:
        tasks.open_task(tx, incident, CONFIRM_TASK, task_subject(row), actor=actor, now=now)
    return row


def all_of(actor: Actor, case_no: str) -> list[InstructionView]:
    """Every instruction of a case, the newest first.

    Raises:
        NotFound: not this actor's to see.
    """
    incident = scope.incident(actor, case_no)
    query = select(Instruction).where(Instruction.incident_id == incident.id)
    rows = db.session.scalars(query.order_by(Instruction.given_at.desc(), Instruction.id.desc())).all()
    groups = headquarters.groups_by_id(incident, db.session)
    return [InstructionView(incident, row, groups.get(row.group_id or 0)) for row in rows]


def open_of(actor: Actor, case_no: str) -> list[InstructionView]:
    """What somebody still has to do, the earliest due first, then what has no time; for the handover.

    Raises:
        NotFound: not this actor's to see.
    """
    found = [view for view in all_of(actor, case_no) if view.life.is_open]

    def order(view: InstructionView) -> tuple[bool, datetime, int]:
        return (view.row.due_at is None, view.row.due_at or view.row.given_at, view.row.id)

    return sorted(found, key=order)


def one(actor: Actor, case_no: str, instruction_id: int) -> InstructionView:
    """One instruction of a case.

    Raises:
        NotFound: there is none in a case this actor may see.
    """
    incident = scope.incident(actor, case_no)
    row = find(Instruction, incident, instruction_id, db.session())
    groups = headquarters.groups_by_id(incident, db.session)
    return InstructionView(incident, row, groups.get(row.group_id or 0))


def _refuse_incomplete(new: NewInstruction, words: Mapping[str, str]) -> None:
    if not words["text"]:
        raise TextMissing(field="text")
    if not words["given_by"]:
        raise GiverMissing(field="given_by")
    if new.kind is InstructionKind.COMMAND and new.group_id is None and not words["to_unit"]:
        raise ReceiverMissing(field="to_unit")


def _next_number(tx: Transaction, incident: Incident) -> int:
    highest = tx.session.scalar(select(func.max(Instruction.number)).where(Instruction.incident_id == incident.id))
    return (highest or 0) + 1


def about_of(row: Instruction) -> dict[str, Any]:
    """What every journal entry about an instruction names."""
    return {"instruction": row.id, "kind": row.kind, "number": row.number}


def task_subject(row: Instruction) -> str:
    """The subject of the task that an oral instruction leaves."""
    return f"instruction-{row.id}"
