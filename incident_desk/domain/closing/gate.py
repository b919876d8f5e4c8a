"""The closing gate: what must stand before a case is finished, computed from the record.

Response ended, case finished and archived are three acts. A leader may finish with lines unmet, each with a reason
that is kept beside what was missing then. The list is a design of this house, made of 鄂环办〔2021〕31号, 令第32号 and
环应急〔2020〕28号; no law names it as a whole.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from incident_desk.domain.closing.said import Said
from incident_desk.domain.errors import N_, DomainError

LONGEST_REASON = 500


class GateLine(StrEnum):
    """What is looked at, in the order of the end of a case."""

    RESPONSE_ENDED = "response_ended"
    RESULT_REPORT = "result_report"
    DISCLOSURE_ENDED = "disclosure_ended"
    THREE_CHECKS = "three_checks"
    INVESTIGATION = "investigation"
    ASSESSMENT = "assessment"
    PACKAGE_SOUND = "package_sound"
    PACKAGE_RECEIVED = "package_received"


class GateState(StrEnum):
    """How a line stands."""

    MET = "met"
    NOT_APPLICABLE = "not_applicable"
    UNMET = "unmet"


class ReasonsMissing(DomainError):
    """Finishing with lines unmet and not a word why."""

    code = "closing_reasons_missing"
    message_id = N_("%(count)s lines are unmet. Give a reason for each, or meet them first.")


class ReasonTooLong(DomainError):
    """A reason that is a story."""

    code = "closing_reason_too_long"
    message_id = N_("A reason has at most %(most)s characters.")


class GateMoved(DomainError):
    """The record changed between reading and deciding."""

    code = "closing_gate_moved"
    status = 409
    message_id = N_("The list changed after you opened it. Read it again, then decide.")


@dataclass(frozen=True, slots=True)
class GateFinding:
    """One line: what meets it or what is missing, when it was met, and the page below the case that shows it."""

    line: GateLine
    state: GateState
    words: Said
    at: datetime | None = None
    path: str = ""


@dataclass(frozen=True, slots=True)
class Gate:
    """The whole list at one moment."""

    findings: tuple[GateFinding, ...]

    @property
    def unmet(self) -> tuple[GateFinding, ...]:
        """Lines that hold the case open."""
        return tuple(one for one in self.findings if one.state is GateState.UNMET)

    @property
    def is_open(self) -> bool:
        """Whether nothing holds the case open."""
        return not self.unmet

    @property
    def mark(self) -> str:
        """What tells this reading of the list from another: which lines stand how."""
        states = ",".join(f"{one.line}={one.state}" for one in self.findings)
        return hashlib.sha256(states.encode()).hexdigest()[:16]


def reasons_for(gate: Gate, given: Mapping[str, str]) -> dict[GateLine, str]:
    """The reason of every unmet line; one under ``all`` serves those without their own.

    Raises:
        ReasonsMissing: a line has none.
        ReasonTooLong.
    """
    said = {}
    for finding in gate.unmet:
        reason = (given.get(finding.line.value) or given.get("all") or "").strip()
        if len(reason) > LONGEST_REASON:
            raise ReasonTooLong(field=f"reason-{finding.line.value}", most=LONGEST_REASON)
        if reason:
            said[finding.line] = reason
    if len(said) < len(gate.unmet):
        first = next(one for one in gate.unmet if one.line not in said)
        raise ReasonsMissing(field=f"reason-{first.line.value}", count=len(gate.unmet))
    return said


def snapshot(gate: Gate, reasons: Mapping[GateLine, str], *, by: str, at: datetime) -> list[dict[str, str | None]]:
    """The list as it was decided on: every line with its words, its time and, where unmet, its reason."""
    return [
        {
            "line": one.line.value,
            "state": one.state.value,
            "words": one.words.zh,
            "words_en": one.words.en,
            "at": one.at.astimezone(UTC).isoformat() if one.at else None,
            "reason": reasons.get(one.line),
            "decided_by": by,
            "decided_at": at.astimezone(UTC).isoformat(),
        }
        for one in gate.findings
    ]


def digest_of(rows: Sequence[Mapping[str, str | None]]) -> str:
    """SHA-256 of a snapshot as canonical JSON, hex."""
    text = json.dumps(list(rows), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
