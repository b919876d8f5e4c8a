"""What becomes of an instruction: received, done, reported back, confirmed in writing; wrong entries taken back.

Whoever sees the case may record a step; only the office that wrote an instruction takes the whole of it back.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from incident_desk.domain.command.instructions import (
    STEP_LIMITS,
    InstructionKind,
    InstructionStep,
    InstructionWithdrawn,
    NotDoneYet,
    NotOral,
    NotReportedBack,
    PassedHow,
    StepNotRecorded,
    StepRecorded,
)
from incident_desk.domain.command.words import NameMissing, TextMissing, clean, reason_of
from incident_desk.domain.permissions import Actor
from incident_desk.models import Incident, Instruction
from incident_desk.services import scope
from incident_desk.services.cases import tasks
from incident_desk.services.command.command_rows import digest_of, find, past, refuse_other_office
from incident_desk.services.command.instructions import CONFIRM_TASK, about_of, task_subject
from incident_desk.services.transaction import Transaction, transaction

STEP_COLUMNS: Mapping[InstructionStep, tuple[str, ...]] = {
    InstructionStep.RECEIPT: ("received_by", "received_at", "receipt_recorded_by"),
    InstructionStep.DONE: ("done_by", "done_at", "done_text", "done_recorded_by"),
    InstructionStep.REPORT_BACK: (
        "reported_by", "reported_at", "reported_text", "reported_how", "reported_recorded_by",
    ),
    InstructionStep.CONFIRMATION: ("confirmed_by", "confirmed_at", "confirmed_sha256", "confirmed_recorded_by"),
}  # fmt: skip
"""What each step writes, and what is emptied when it is taken back."""


def acknowledge(
    case_no: str, instruction_id: int, *, by: str, at: datetime, actor: Actor, now: datetime
) -> Instruction:
    """Record the receipt (回执): who took it, and when. Journal ``instruction.received``.

    Raises:
        NameMissing, TimeInFuture, TimesReversed, StepRecorded, InstructionWithdrawn, NotFound.
    """
    with transaction() as tx:
        incident, row = _open_row(tx, case_no, instruction_id, actor)
        name = _name(by)
        if _is_recorded(row.received_at, (row.received_by, name), tx, case_no, row):
            return row
        row.received_by, row.received_at = name, past(at, now=now, field="at", after=row.given_at)
        row.receipt_recorded_by = actor.ref
        data = {**about_of(row), "received_at": row.received_at, "words": digest_of(incident, name)}
        tx.journal(incident, "instruction.received", actor=actor, at=now, data=data)
        tx.outcome("instruction", f"{case_no}/{row.id}")
    return row


def finish(
    case_no: str, instruction_id: int, *, by: str, text: str, at: datetime, actor: Actor, now: datetime
) -> Instruction:
    """Record what was done, by whom and when. Journal ``instruction.done``.

    Raises:
        TextMissing, NameMissing, TimeInFuture, TimesReversed, StepRecorded, InstructionWithdrawn, NotFound.
    """
    with transaction() as tx:
        incident, row = _open_row(tx, case_no, instruction_id, actor)
        said = clean({"text": text}, STEP_LIMITS)["text"]
        if not said:
            raise TextMissing(field="text")
        name = _name(by)
        if _is_recorded(row.done_at, (row.done_text, said), tx, case_no, row):
            return row
        row.done_by, row.done_text, row.done_recorded_by = name, said, actor.ref
        row.done_at = past(at, now=now, field="at", after=row.given_at)
        data = {**about_of(row), "done_at": row.done_at, "words": digest_of(incident, name, said)}
        tx.journal(incident, "instruction.done", actor=actor, at=now, data=data)
        tx.outcome("instruction", f"{case_no}/{row.id}")
    return row


def report_back(
    case_no: str, instruction_id: int, *, by: str, text: str, how: PassedHow | None, at: datetime, actor: Actor,
    now: datetime,
) -> Instruction:  # fmt: skip
    """Record that the one who gave it was told how it ended. Journal ``instruction.reported_back``.

    Raises:
        NotReportedBack: an order of the headquarters. NotDoneYet: nothing was done yet.
        NameMissing, TimeInFuture, TimesReversed, StepRecorded, InstructionWithdrawn, NotFound.
    """
    with transaction() as tx:
        incident, row = _open_row(tx, case_no, instruction_id, actor)
        if not InstructionKind(row.kind).is_reported_back:
            raise NotReportedBack
        if row.done_at is None:
            raise NotDoneYet
        name, said = _name(by), clean({"text": text}, STEP_LIMITS)["text"]
        if _is_recorded(row.reported_at, (row.reported_by, name), tx, case_no, row):
            return row
        row.reported_by, row.reported_text, row.reported_recorded_by = name, said, actor.ref
        row.reported_how = how.value if how else None
        row.reported_at = past(at, now=now, field="at", after=row.done_at)
        data = {**about_of(row), "reported_at": row.reported_at, "words": digest_of(incident, name, said)}
        tx.journal(incident, "instruction.reported_back", actor=actor, at=now, data=data)
        tx.outcome("instruction", f"{case_no}/{row.id}")
    return row


def confirm(
    case_no: str, instruction_id: int, *, by: str, at: datetime, file_sha256: str | None, actor: Actor, now: datetime
) -> Instruction:
    """Record that an oral instruction now stands in writing, with its picture where there is one.

    Journal ``instruction.confirmed``; the task it left is closed.

    Raises:
        NotOral, NameMissing, TimeInFuture, TimesReversed, StepRecorded, InstructionWithdrawn, NotFound.
    """
    with transaction() as tx:
        incident, row = _open_row(tx, case_no, instruction_id, actor)
        if row.kind != InstructionKind.ORAL_WORD.value:
            raise NotOral
        name = _name(by)
        if _is_recorded(row.confirmed_at, (row.confirmed_by, name), tx, case_no, row):
            return row
        row.confirmed_by, row.confirmed_sha256, row.confirmed_recorded_by = name, file_sha256, actor.ref
        row.confirmed_at = past(at, now=now, field="at", after=row.given_at)
        data = {
            **about_of(row), "confirmed_at": row.confirmed_at, "file": file_sha256, "words": digest_of(incident, name),
        }  # fmt: skip
        tx.journal(incident, "instruction.confirmed", actor=actor, at=now, data=data)
        tasks.close_task(tx, incident, CONFIRM_TASK, task_subject(row), actor=actor, now=now)
        tx.outcome("instruction", f"{case_no}/{row.id}")
    return row


def take_back_step(
    case_no: str, instruction_id: int, step: InstructionStep, *, reason: str, actor: Actor, now: datetime
) -> Instruction:
    """Take back one entry that was wrong: it is empty again. Journal ``instruction.step_withdrawn``.

    What was done stays while the report back on it stands.

    Raises:
        TakeBackReasonMissing, StepNotRecorded, StepRecorded, InstructionWithdrawn, NotFound.
    """
    with transaction() as tx:
        incident, row = _open_row(tx, case_no, instruction_id, actor)
        why = reason_of(reason)
        columns = STEP_COLUMNS[step]
        if getattr(row, columns[1]) is None:
            raise StepNotRecorded
        if step is InstructionStep.DONE and row.reported_at is not None:
            raise StepRecorded
        was = digest_of(incident, *(str(getattr(row, column) or "") for column in columns))
        for column in columns:
            setattr(row, column, None)
        data = {**about_of(row), "step": step.value, "was": was, "reason": digest_of(incident, why)}
        tx.journal(incident, "instruction.step_withdrawn", actor=actor, at=now, data=data)
        if step is InstructionStep.CONFIRMATION:
            tasks.open_task(tx, incident, CONFIRM_TASK, task_subject(row), actor=actor, now=now)
        tx.outcome("instruction", f"{case_no}/{row.id}")
    return row


def take_back(case_no: str, instruction_id: int, *, reason: str, actor: Actor, now: datetime) -> Instruction:
    """Take back an instruction that was wrong; row and number stay. Journal ``instruction.withdrawn``.

    Raises:
        TakeBackReasonMissing, NotAllowed, NotFound.
    """
    with transaction() as tx:
        incident = scope.incident(actor, case_no, tx.session)
        row = find(Instruction, incident, instruction_id, tx.session, lock=True)
        refuse_other_office(row, actor)
        why = reason_of(reason)
        if row.withdrawn_at is None:
            row.withdrawn_at, row.withdrawn_by, row.withdrawn_reason = now, actor.ref, why
            data = {**about_of(row), "reason": digest_of(incident, why)}
            tx.journal(incident, "instruction.withdrawn", actor=actor, at=now, data=data)
            tasks.close_task(tx, incident, CONFIRM_TASK, task_subject(row), actor=actor, now=now)
        tx.outcome("instruction", f"{case_no}/{row.id}")
    return row


def _open_row(tx: Transaction, case_no: str, instruction_id: int, actor: Actor) -> tuple[Incident, Instruction]:
    """The row, locked; any office that sees the case may record a step of it.

    Raises:
        NotFound, InstructionWithdrawn.
    """
    incident = scope.incident(actor, case_no, tx.session)
    row = find(Instruction, incident, instruction_id, tx.session, lock=True)
    if row.withdrawn_at is not None:
        raise InstructionWithdrawn
    return incident, row


def _is_recorded(
    at: datetime | None, said: tuple[str | None, str], tx: Transaction, case_no: str, row: Instruction
) -> bool:
    """Whether this very step stands there already: a second click changes nothing.

    Raises:
        StepRecorded: another one stands there.
    """
    if at is None:
        return False
    if said[0] != said[1]:
        raise StepRecorded
    tx.outcome("instruction", f"{case_no}/{row.id}")
    return True


def _name(by: str) -> str:
    name = clean({"by": by}, STEP_LIMITS)["by"]
    if not name:
        raise NameMissing(field="by")
    return name
