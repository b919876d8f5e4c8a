"""What a notice begins with: everything that the case knows, from the neighbour's point of view."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from incident_desk.domain.calls.call_sheet import CallSheet
from incident_desk.domain.china_time import zh_time, zh_time_with_year
from incident_desk.domain.disclosure.stated_figures import SYMBOLS, FigureKind, FigureUnit
from incident_desk.domain.neighbours.notices import REQUEST_ZH, NoticeField, title_of
from incident_desk.domain.permissions import Actor
from incident_desk.domain.reports.reporting import VERIFYING, ArrivalBand, ReportValues
from incident_desk.models import ApprovedFigure, Incident
from incident_desk.services.calls import case_sheet
from incident_desk.services.cases import five_lines
from incident_desk.services.neighbours import affected
from incident_desk.services.neighbours.affected import WayIn
from incident_desk.services.reports import report_values

HELD = "水体滞留，到达时间正在推算"


@dataclass(frozen=True, slots=True)
class NoticeValues:
    """What the case knows for one neighbour, and the title that follows from it; None is not known."""

    from_name: str
    title: str
    known: dict[NoticeField, str | None]


def values_of(
    session: Session, incident: Incident, *, office: str, to_code: str, follows: int | None, actor: Actor, now: datetime
) -> NoticeValues:
    """The values of a notice of *office* to *to_code* as the case stands; no name or number of a caller is in it."""
    values, _rests_on = report_values.values_of(session, incident, office=office, actor=actor, now=now, sequence=1)
    way_in = affected.ways_in(session, incident).get(to_code)
    sheet = case_sheet.current_sheet(incident, session)
    water = sheet.water_body or (way_in.river if way_in else "")
    known: dict[NoticeField, str | None] = {
        NoticeField.WATER_BODY: water or None,
        NoticeField.FOUND_AT: zh_time_with_year(values.learned_at),
        NoticeField.EVENT: _event(values, sheet),
        NoticeField.PARAMETER: "、".join(values.substances) or None,
        NoticeField.MEASURED: _measured(session, incident, values.substances),
        NoticeField.LIMIT: _limit(session, incident, values.substances),
        NoticeField.SECTION: _section(way_in),
        NoticeField.ARRIVAL: _arrival(way_in, values.trace_basis),
        NoticeField.MEASURES: values.measures_taken,
        NoticeField.REQUEST: REQUEST_ZH,
        NoticeField.CONTACT: values.contact,
        NoticeField.CONTACT_PHONE: values.contact_phone,
    }
    title = title_of(
        region=values.region or "", substances=values.substances, exercise=incident.is_exercise, follows=follows
    )
    return NoticeValues(values.reporter_unit or "", title, known)


def _event(values: ReportValues, sheet: CallSheet) -> str:
    """What happened, where and with how much; vehicles and persons are nothing for a neighbour."""
    when = values.occurred or f"（事发时间{VERIFYING}）"
    where = _joined(values.region or "", values.place or f"（地点{VERIFYING}）")
    about = f"涉{'、'.join(values.substances)}" if values.substances else ""
    amounts = "，".join(amount.text_zh() for amount in values.amounts)
    course = sheet.course.rstrip("。")
    said = [f"{when}，{where}发生{values.cause or ''}{about}突发环境事件", course, amounts, values.grade_line or ""]
    return "；".join(part for part in said if part) + "。"


def _joined(region: str, place: str) -> str:
    """The region and the place in it, what both say said once: 湖北省十堰市竹山县 + 竹山县境内 …."""
    shared = next((size for size in range(min(len(region), len(place)), 1, -1) if region.endswith(place[:size])), 0)
    return region + place[shared:]


def _section(way_in: WayIn | None) -> str | None:
    return None if way_in is None else f"{way_in.place}（事发地下游{way_in.distance_m / 1000.0:.1f}公里）"


def _arrival(way_in: WayIn | None, basis: str | None) -> str | None:
    """Earliest to latest, with what it rests on; a front that stands still is said so."""
    if way_in is None:
        return None
    if way_in.earliest is None or way_in.likely is None or way_in.latest is None:
        return HELD
    band = ArrivalBand(way_in.earliest, way_in.likely, way_in.latest)
    return f"{band.text_zh()}（{basis}）" if basis else band.text_zh()


def _measured(session: Session, incident: Incident, substances: Sequence[str]) -> str | None:
    """The newest results, one a point; one that no second person compared says so."""
    newest: dict[str, ApprovedFigure] = {}
    for row in _figures(session, incident, FigureKind.RESULT, substances):
        newest[row.point] = row
    return "；".join(_figure(row) for row in newest.values()) or None


def _figure(row: ApprovedFigure) -> str:
    when = f"{zh_time(row.sampled_at)}采样，" if row.sampled_at else ""
    doubt = "" if row.approved_at else "，未复核"
    return f"{row.indicator}{row.value}{SYMBOLS[FigureUnit(row.unit)]}（{when}{row.point}{doubt}）"


def _limit(session: Session, incident: Incident, substances: Sequence[str]) -> str | None:
    """A limit that somebody entered, else the one that the trace reckons with."""
    entered = _figures(session, incident, FigureKind.LIMIT, substances)
    if entered:
        row = entered[-1]
        return f"{row.indicator}{row.value}{SYMBOLS[FigureUnit(row.unit)]}（{row.source}）"
    run = five_lines.newest_trace(session, incident.id)
    limit = None if run is None else run.inputs.get("limit_mg_l")
    if run is None or limit is None:
        return None
    source = run.inputs.get("limit_source") or ""
    return f"{limit:g}mg/L" + (f"（{source}）" if source else "")


def _figures(session: Session, incident: Incident, kind: FigureKind, substances: Sequence[str]) -> list[ApprovedFigure]:
    """Figures of the case of this kind, oldest first; those of its substances where there are any."""
    query = select(ApprovedFigure).where(
        ApprovedFigure.incident_id == incident.id, ApprovedFigure.kind == kind.value,
        ApprovedFigure.withdrawn_at.is_(None),
    )  # fmt: skip
    rows = sorted(session.scalars(query), key=lambda row: ((row.sampled_at or row.entered_at), row.id))
    own = [row for row in rows if row.indicator in substances]
    return own or rows
