"""Instructions with their kind: numbered orders of the headquarters, leaders' written and oral words.

Words are kept as given. An order is closed when it was done; a leader's word when the leader was told so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from incident_desk.domain.command.words import LINE, NAME, TEXT
from incident_desk.domain.errors import N_, DomainError


class InstructionKind(StrEnum):
    """指挥部指令, 领导批示, 口头指示, 上级交办."""

    COMMAND = "command"
    WRITTEN_WORD = "written_word"
    ORAL_WORD = "oral_word"
    FROM_ABOVE = "from_above"

    @property
    def is_numbered(self) -> bool:
        """Only orders of the headquarters carry a number (第N号)."""
        return self is InstructionKind.COMMAND

    @property
    def is_reported_back(self) -> bool:
        """Whether the one who gave it is told how it ended."""
        return self is not InstructionKind.COMMAND


class PassedHow(StrEnum):
    """How words reached the desk, or went on from it."""

    PHONE = "phone"
    PAPER = "paper"
    WECHAT = "wechat"
    IN_PERSON = "in_person"
    MEETING = "meeting"
    FAX = "fax"
    NETWORK = "network"


class InstructionState(StrEnum):
    """How far an instruction has come; each state is an act of a person."""

    GIVEN = "given"
    RECEIVED = "received"
    DONE = "done"
    REPORTED_BACK = "reported_back"
    WITHDRAWN = "withdrawn"


class InstructionStep(StrEnum):
    """What can be recorded of an instruction after it was given, and taken back again."""

    RECEIPT = "receipt"
    DONE = "done"
    REPORT_BACK = "report_back"
    CONFIRMATION = "confirmation"


INSTRUCTION_LIMITS = {
    "text": TEXT, "given_by": NAME, "given_title": LINE, "passed_by": NAME, "hearer": NAME, "to_unit": LINE,
    "to_name": NAME, "to_phone": NAME,
}  # fmt: skip
STEP_LIMITS = {"by": NAME, "text": 4000}


class GiverMissing(DomainError):
    """Words of nobody."""

    code = "giver_missing"
    message_id = N_("Write who gave it.")


class ReceiverMissing(DomainError):
    """An order to nobody."""

    code = "receiver_missing"
    message_id = N_("Say to whom: a group, or a unit by its name.")


class InstructionWithdrawn(DomainError):
    """An instruction that was taken back takes no more entries."""

    code = "instruction_withdrawn"
    status = 409
    message_id = N_("This instruction was taken back.")


class StepRecorded(DomainError):
    """An entry that stands there already."""

    code = "step_recorded"
    status = 409
    message_id = N_("This is on record already. Take that entry back first if it is wrong.")


class StepNotRecorded(DomainError):
    """Nothing to take back."""

    code = "step_not_recorded"
    status = 409
    message_id = N_("Nothing of this is on record.")


class NotOral(DomainError):
    """Only spoken words are confirmed in writing."""

    code = "not_oral"
    status = 409
    message_id = N_("Only an oral instruction is confirmed in writing.")


class NotReportedBack(DomainError):
    """An order of the headquarters ends when it is done."""

    code = "not_reported_back"
    status = 409
    message_id = N_("An order of the headquarters ends when it is done; nobody is reported back to.")


class NotDoneYet(DomainError):
    """Reported back before anything was done."""

    code = "not_done_yet"
    status = 409
    message_id = N_("Record first what was done; then that it was reported back.")


@dataclass(frozen=True, slots=True)
class InstructionLife:
    """When each step was, aware; ``due_at`` is by when it is to be done, of a leader's word reported back."""

    kind: InstructionKind
    given_at: datetime
    due_at: datetime | None = None
    received_at: datetime | None = None
    done_at: datetime | None = None
    reported_at: datetime | None = None
    withdrawn_at: datetime | None = None

    def state(self) -> InstructionState:
        """The furthest state reached."""
        for at, state in (
            (self.withdrawn_at, InstructionState.WITHDRAWN), (self.reported_at, InstructionState.REPORTED_BACK),
            (self.done_at, InstructionState.DONE), (self.received_at, InstructionState.RECEIVED),
        ):  # fmt: skip
            if at is not None:
                return state
        return InstructionState.GIVEN

    @property
    def closed_at(self) -> datetime | None:
        """When nothing was left to do; None while something is."""
        return self.withdrawn_at or (self.reported_at if self.kind.is_reported_back else self.done_at)

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to act."""
        return self.closed_at is None

    def is_overdue(self, now: datetime) -> bool:
        """Open past its time."""
        return self.is_open and self.due_at is not None and now > self.due_at

    def is_late(self) -> bool:
        """Closed, but after its time."""
        ended = self.closed_at
        return self.withdrawn_at is None and ended is not None and self.due_at is not None and ended > self.due_at
