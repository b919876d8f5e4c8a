"""What a draft rests on: the values of the case, the report it carries on, what is new since, secret items."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from incident_desk.domain.law.legal_codes import ReportForm, ReportKind
from incident_desk.domain.permissions import Actor
from incident_desk.domain.reports.report_snapshots import values_from_json, values_to_json
from incident_desk.domain.reports.reporting import draft_report
from incident_desk.models import Incident, Report
from incident_desk.services.reports import report_following, report_values, secret_items


def number(session: Session, incident: Incident, row: Report) -> None:
    """Give *row* its number in the case, its 第N报 of the office, and its place among the follow-ups."""
    of_office = (Report.incident_id == incident.id, Report.office_code == row.office_code)
    highest = session.scalar(select(func.max(Report.number)).where(Report.incident_id == incident.id))
    own = session.scalar(select(func.max(Report.sequence)).where(*of_office))
    row.number, row.sequence = (highest or 0) + 1, (own or 0) + 1
    if row.report_kind == ReportKind.FOLLOW_UP:
        made = session.scalar(
            select(func.max(Report.follow_up_no)).where(*of_office, Report.report_kind == row.report_kind)
        )
        row.follow_up_no = (made or 0) + 1


def rest(session: Session, incident: Incident, row: Report, *, actor: Actor, now: datetime) -> None:
    """Write down what *row* is drafted from: the case as it is known now, beside the report that it carries on."""
    values, rests_on = report_values.values_of(
        session, incident, office=row.office_code, actor=actor, now=now, sequence=row.sequence,
        kind=ReportKind(row.report_kind),
    )  # fmt: skip
    values = replace(
        values,
        follow_up_no=row.follow_up_no,
        secret_items=secret_items.line_zh(session, incident.id, row.office_code),
    )
    previous = None if row.previous_id is None else session.get_one(Report, row.previous_id)
    if previous is not None and row.report_kind != ReportKind.INITIAL:
        news = report_following.news_since(session, incident, previous, values, now=now)
        values = replace(values, progress=report_following.progress_zh(news, previous))
    row.basis = {**rests_on, "values": values_to_json(values)}


def carry_on(session: Session, incident: Incident, row: Report, now: datetime) -> None:
    """Take over the words, and the attached map where the river was not traced anew, of the report before."""
    previous = None if row.previous_id is None else session.get_one(Report, row.previous_id)
    if previous is None:
        return
    values = values_from_json(row.basis["values"])
    fresh = draft_report(values, now, kind=ReportKind(row.report_kind), form=ReportForm(row.form))
    row.texts = report_following.carried_texts(previous, fresh)
    attached = previous.basis.get("sketch_map")
    if attached and previous.basis.get("trace") == row.basis.get("trace"):
        with_map(row, attached)


def with_map(row: Report, sha256: str) -> None:
    """Let the draft say that the map stored as *sha256* is attached."""
    row.basis = {
        **row.basis, "values": {**row.basis["values"], "sketch_map": report_values.ATTACHED}, "sketch_map": sha256,
    }  # fmt: skip
