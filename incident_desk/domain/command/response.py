"""Emergency response and warning: started, changed, ended, and the disposal ended; which fact each of them is.

Source: 国家突发环境事件应急预案（国办函〔2014〕119号） 3.2 (预警), 4.1 (响应分级),
4.4 (响应终止); the clocks that run from the end of the emergency and of the disposal are in data/rules.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from incident_desk.domain.china_time import local_minute
from incident_desk.domain.command.words import LINE, TimesReversed
from incident_desk.domain.errors import N_, DomainError
from incident_desk.domain.law.legal_codes import FactKind


class ResponseSubject(StrEnum):
    """What was started or ended: 应急响应, 预警, 应急处置."""

    RESPONSE = "response"
    WARNING = "warning"
    DISPOSAL = "disposal"


class ResponseStep(StrEnum):
    """Started, changed, ended."""

    STARTED = "started"
    CHANGED = "changed"
    ENDED = "ended"


LEVELS = {ResponseSubject.RESPONSE: "response_level", ResponseSubject.WARNING: "warning_level"}
"""The code list of each subject's levels."""

FACTS = {
    (ResponseSubject.RESPONSE, ResponseStep.STARTED): FactKind.RESPONSE_STARTED,
    (ResponseSubject.RESPONSE, ResponseStep.ENDED): FactKind.EMERGENCY_ENDED,
    (ResponseSubject.DISPOSAL, ResponseStep.ENDED): FactKind.DISPOSAL_ENDED,
}
"""The fact that an act is for the clocks; a change of level and a warning are none."""

RESPONSE_LIMITS = {"body": LINE, "document_no": LINE, "note": 1000}


class LevelMissing(DomainError):
    """Started or changed to no level."""

    code = "level_missing"
    message_id = N_("Say the level.")


class BodyMissing(DomainError):
    """Started by nobody."""

    code = "body_missing"
    message_id = N_("Say which government or office decided it.")


class RunsAlready(DomainError):
    """Started twice."""

    code = "runs_already"
    status = 409
    message_id = N_(
        "It runs already since %(since)s. Record a change of level, or take that entry back if it is wrong."
    )


class DoesNotRun(DomainError):
    """Changed or ended though nothing runs."""

    code = "does_not_run"
    status = 409
    message_id = N_("Nothing of the kind runs at that time. Record its start first.")


class EndedAlready(DomainError):
    """Ended twice."""

    code = "ended_already"
    status = 409
    message_id = N_("It ended at %(since)s by the record. Take that entry back first if it is wrong.")


class DisposalOnlyEnds(DomainError):
    """The disposal has no level and no start of its own."""

    code = "disposal_only_ends"
    message_id = N_("Of the disposal only its end is recorded here.")


@dataclass(frozen=True, slots=True)
class ResponseMove:
    """One act on record. ``level`` is a code of the subject's list, empty for an end."""

    subject: ResponseSubject
    step: ResponseStep
    level: str
    at: datetime


def standing(moves: Sequence[ResponseMove], subject: ResponseSubject) -> ResponseMove | None:
    """The newest act of *subject*, whose step says whether it runs; None before the first."""
    own = sorted((move for move in moves if move.subject is subject), key=lambda move: move.at)
    return own[-1] if own else None


def check_move(move: ResponseMove, known: Sequence[ResponseMove]) -> None:
    """Refuse an act that does not fit those on record; an end of the response without a start is taken.

    A small incident has no formal response; that its emergency ended is a fact all the same.

    Raises:
        LevelMissing, DisposalOnlyEnds, RunsAlready, DoesNotRun, EndedAlready, TimesReversed.
    """
    if move.subject is ResponseSubject.DISPOSAL and move.step is not ResponseStep.ENDED:
        raise DisposalOnlyEnds(field="step")
    if move.step is not ResponseStep.ENDED and not move.level:
        raise LevelMissing(field="level")
    last = standing(known, move.subject)
    runs = last is not None and last.step is not ResponseStep.ENDED
    if last is not None and move.at < last.at:
        raise TimesReversed(field="at", before=local_minute(last.at))
    if move.step is ResponseStep.STARTED and runs and last is not None:
        raise RunsAlready(field="step", since=local_minute(last.at))
    if move.step is ResponseStep.ENDED and last is not None and not runs:
        raise EndedAlready(field="step", since=local_minute(last.at))
    needs_start = move.step is ResponseStep.CHANGED or move.subject is ResponseSubject.WARNING
    if move.step is not ResponseStep.STARTED and needs_start and not runs:
        raise DoesNotRun(field="step")
