"""Every saved version of a report, and what changed between two of them or since the report before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from incident_desk.domain.errors import NotFound
from incident_desk.domain.permissions import Actor
from incident_desk.domain.reports.report_differences import FieldDifference, differences
from incident_desk.domain.reports.report_snapshots import draft_from_snapshot
from incident_desk.extensions import db
from incident_desk.models import Report, ReportVersion
from incident_desk.services.reports import reporting
from incident_desk.services.reports.report_rows import ReportView, find


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two texts and what differs. ``before`` and ``after`` are versions, of one report or of two."""

    view: ReportView
    other: Report
    before: ReportVersion
    after: ReportVersion
    fields: tuple[FieldDifference, ...]


def of(row: Report) -> list[ReportVersion]:
    """The versions of a report, oldest first."""
    query = select(ReportVersion).where(ReportVersion.report_id == row.id)
    return list(db.session.scalars(query.order_by(ReportVersion.version)))


def previous_of(row: Report) -> Report | None:
    """The report that *row* carries on."""
    return None if row.previous_id is None else db.session.get(Report, row.previous_id)


def compare(actor: Actor, case_no: str, number: int, *, before: int | None, after: int | None) -> Comparison:
    """What changed from version *before* to version *after* of one report; by default in the last step.

    Raises:
        NotFound: no such report in a case this actor may see, or no such version.
    """
    view = reporting.one(actor, case_no, number)
    versions = of(view.row)
    newest = _pick(versions, after) if after is not None else versions[-1]
    older = _pick(versions, before) if before is not None else versions[max(versions.index(newest) - 1, 0)]
    return _compared(view, view.row, older, newest)


def compare_with_previous(actor: Actor, case_no: str, number: int) -> Comparison:
    """What changed from the report before to this one, each as it stands.

    Raises:
        NotFound: no such report in a case this actor may see, or it carries on none.
    """
    view = reporting.one(actor, case_no, number)
    previous = previous_of(view.row)
    if previous is None:
        raise NotFound
    find(actor, case_no, previous.number, db.session())
    return _compared(view, previous, of(previous)[-1], of(view.row)[-1])


def _pick(versions: Sequence[ReportVersion], wanted: int) -> ReportVersion:
    found = next((one for one in versions if one.version == wanted), None)
    if found is None:
        raise NotFound
    return found


def _compared(view: ReportView, other: Report, before: ReportVersion, after: ReportVersion) -> Comparison:
    old, new = draft_from_snapshot(before.snapshot), draft_from_snapshot(after.snapshot)
    return Comparison(view, other, before, after, differences(old, new))
