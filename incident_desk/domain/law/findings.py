"""When a duty does not exist in a case (不适用): by whom it may be found, on what ground, and until when it must stand.

A duty leaves the board only with a ground of law, a reason, evidence, and a second person. The second may answer by
telephone, but must then confirm in person; else the duty is back on the board. A breach stays a breach (``clocks``).

Source: 令17号 knows no waiver of reporting; the grounds are those under which the duty never arose
(突发事件应对法 第六十条 for what lies outside the remit). The two hours are the office's practice, no law.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from incident_desk.domain.errors import N_, DomainError
from incident_desk.domain.law.legal_codes import Family

CONFIRM_WITHIN = timedelta(hours=2)
LONGEST = 500


class Ground(StrEnum):
    """Why the duty does not exist here."""

    NO_INCIDENT = "no_incident"
    MERGED = "merged"
    TRANSFERRED = "transferred"
    RULE_DOES_NOT_APPLY = "rule_does_not_apply"


class FindingState(StrEnum):
    """How far a finding has come."""

    PROPOSED = "proposed"
    BY_TELEPHONE = "by_telephone"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    LAPSED = "lapsed"


OPEN_STATES = frozenset({FindingState.PROPOSED, FindingState.BY_TELEPHONE})

_BASES = {
    Ground.NO_INCIDENT: "经核实不属于突发环境事件",
    Ground.MERGED: "与{other}为同一事件，并案处置",
    Ground.TRANSFERRED: "不属于本单位职责，已移交{other}（突发事件应对法第六十条）",
}


class GroundNotOfThisDuty(DomainError):
    """A reporting duty ends only where it never arose."""

    code = "ground_not_of_this_duty"
    message_id = N_(
        "A reporting duty falls away only where there is no environmental incident, where the case is merged into"
        " another, or where it was transferred. Choose one of these."
    )


class ConferenceOwed(DomainError):
    """The duty stands: the grade, or a circumstance that makes the case sensitive."""

    code = "conference_owed"
    status = 409
    message_id = N_(
        "A press conference is owed here. It may be found not applicable only at grade III or IV, and where nothing "
        "makes the case sensitive."
    )


class FindingIncomplete(DomainError):
    """A finding without its ground in law, its reason or its evidence."""

    code = "finding_incomplete"
    message_id = N_("Give the legal basis, the reason and the evidence: a duty is not struck out without them.")


class OtherNotNamed(DomainError):
    """Merged into what, transferred to whom."""

    code = "other_not_named"
    message_id = N_("Name the case it is merged into, or the office it was transferred to.")


class SecondPersonMissing(DomainError):
    """A finding of one person alone."""

    code = "second_person_missing"
    message_id = N_("Choose the second person: a duty is not struck out by one person alone.")


class NotTheSecond(DomainError):
    """Somebody who was not asked."""

    code = "not_the_second"
    status = 403
    message_id = N_("Only %(name)s, who was asked as second person, can answer this.")


class FindingSettled(DomainError):
    """A finding that is settled."""

    code = "finding_settled"
    status = 409
    message_id = N_("This finding was settled meanwhile. Look at the clock again.")


@dataclass(frozen=True, slots=True)
class Finding:
    """What one person finds; *basis* may be empty where the ground gives it, *other* is a case or an office."""

    ground: Ground
    basis: str
    reason: str
    evidence: str
    other: str = ""

    def legal_basis(self) -> str:
        """The basis as it stands in ledger and document, in official Chinese."""
        given = _BASES.get(self.ground, "").format(other=self.other)
        return "；".join(part for part in (given, self.basis) if part)

    def refuse_gaps(self, family: Family | None) -> None:
        """Check the finding for a duty of *family*.

        Raises:
            GroundNotOfThisDuty, OtherNotNamed, FindingIncomplete.
        """
        if family in {Family.REPORTING, None} and self.ground is Ground.RULE_DOES_NOT_APPLY:
            raise GroundNotOfThisDuty(field="ground")
        if self.ground in {Ground.MERGED, Ground.TRANSFERRED} and not self.other:
            raise OtherNotNamed(field="other")
        for field, text in (("basis", self.legal_basis()), ("reason", self.reason), ("evidence", self.evidence)):
            if not text:
                raise FindingIncomplete(field=field)


def confirm_by(heard_at: datetime) -> datetime:
    """Until when a word by telephone must be confirmed in person."""
    return heard_at + CONFIRM_WITHIN
