"""What the closing tab says of a case: three acts, five first moments, three checks, gate, package, decision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from incident_desk.domain.closing.first_moments import MomentLine
from incident_desk.domain.closing.gate import Gate, GateFinding, GateLine, GateState
from incident_desk.domain.closing.three_checks import CheckStanding, PointState, ThreeCheck, standing
from incident_desk.domain.law.legal_codes import FactKind
from incident_desk.domain.permissions import Actor
from incident_desk.extensions import db
from incident_desk.models import (
    ArchivePackage,
    ArchiveSending,
    CaseFinish,
    CheckPoint,
    Incident,
    InvestigationAct,
    PackageCheck,
)
from incident_desk.services import scope
from incident_desk.services.cases import facts
from incident_desk.services.cases.facts import AnySession
from incident_desk.services.closing import archive_sending, first_acts, gate_lines, investigation
from incident_desk.services.closing.finishing import finish_of


@dataclass(frozen=True, slots=True)
class PointView:
    """One point with how it stands."""

    row: CheckPoint
    state: PointState


@dataclass(frozen=True, slots=True)
class ThreeActs:
    """Response ended, case finished, archived: each with its time, or None."""

    response_ended_at: datetime | None
    finished_at: datetime | None
    archived_at: datetime | None


@dataclass(frozen=True, slots=True)
class ClosingView:
    """Everything the tab and the paper say."""

    incident: Incident
    acts: ThreeActs
    moments: tuple[MomentLine, ...]
    checks: tuple[CheckStanding, ...]
    points: tuple[PointView, ...]
    gate: Gate
    finish: CaseFinish | None
    investigation: Sequence[InvestigationAct]
    package: ArchivePackage | None
    package_check: PackageCheck | None
    sendings: Sequence[ArchiveSending]

    def points_of(self, check: ThreeCheck) -> list[PointView]:
        """The points of one check, by their day."""
        return [point for point in self.points if point.row.matter == check.value]

    def finding(self, line: GateLine) -> GateFinding:
        """One line of the gate."""
        return next(one for one in self.gate.findings if one.line is line)

    @property
    def met(self) -> int:
        """How many lines hold nothing back."""
        return sum(one.state is not GateState.UNMET for one in self.gate.findings)


def of_case(actor: Actor, case_no: str, *, now: datetime) -> ClosingView:
    """The closing of a case as it stands.

    Raises:
        NotFound: not this actor's to see.
    """
    return read(db.session, scope.incident(actor, case_no), now=now)


def read(session: AnySession, incident: Incident, *, now: datetime) -> ClosingView:
    """The same for an incident that the caller has found."""
    rows = gate_lines.points_of(session, incident)
    package = gate_lines.newest_package(session, incident)
    return ClosingView(
        incident=incident,
        acts=_acts(session, incident),
        moments=first_acts.lines_of(session, incident),
        checks=standing([gate_lines.point(row) for row in rows], now),
        points=tuple(PointView(row, gate_lines.point(row).state(now)) for row in rows),
        gate=gate_lines.gate_of(session, incident, now=now),
        finish=finish_of(session, incident),
        investigation=investigation.acts_of(session, incident),
        package=package,
        package_check=gate_lines.newest_check(session, package) if package is not None else None,
        sendings=archive_sending.sendings_of(session, incident),
    )


def _acts(session: AnySession, incident: Incident) -> ThreeActs:
    ended = facts.newest(incident.id, FactKind.EMERGENCY_ENDED, session)
    received = facts.newest(incident.id, FactKind.ARCHIVE_RECEIVED, session)
    row = archive_sending.received_of(session, incident)
    archived_at = row.received_at if row is not None else received.at if received is not None else None
    return ThreeActs(ended.at if ended else None, incident.closed_at, archived_at)
