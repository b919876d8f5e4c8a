"""What a case knows, ready to print: facts, newest trace, calls made and photographs become the values of a report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from incident_desk.domain.calls.amounts import AmountKind, Certainty
from incident_desk.domain.calls.call_fields import CallField, CasualtyCause
from incident_desk.domain.calls.call_sheet import CallSheet
from incident_desk.domain.calls.occurrence import Occurrence, OccurrenceKind
from incident_desk.domain.china_time import china_date, clock_zh, zh_time
from incident_desk.domain.downstream import PlaceBelow
from incident_desk.domain.labels import label
from incident_desk.domain.law.legal_codes import FactKind, Grade, ReportKind
from incident_desk.domain.law.rulebook import Rulebook
from incident_desk.domain.offices import OfficeLevel
from incident_desk.domain.permissions import Actor
from incident_desk.domain.reports.report_wording import printable_line
from incident_desk.domain.reports.reporting import (
    VERIFYING,
    IntakeLine,
    ReceptorLine,
    ReportValues,
    StatedAmount,
)
from incident_desk.extensions import db
from incident_desk.models import Evidence, Incident, IncidentOffice, Office, PhoneCall, TraceRun
from incident_desk.records.scripts import clip, next_receptor
from incident_desk.services.calls import case_sheet
from incident_desk.services.cases import facts, five_lines
from incident_desk.services.water.river_way import place_below

ZH = "zh_Hans"
ATTACHED = "见附图"
MOST_RECEPTORS = 12
MOST_INTAKES = 6
MOST_PHOTOGRAPHS = 6
CAPTION = 20
WATER = frozenset({"WATER_SURFACE", "WATER_GROUND"})
DUTY_NUMBER = "duty_number"
"""Key of an office's settings under which its duty telephone stands."""


def values_of(
    session: Session, incident: Incident, *, office: str, actor: Actor, now: datetime, sequence: int,
    kind: ReportKind = ReportKind.INITIAL,
) -> tuple[ReportValues, dict[str, Any]]:  # fmt: skip
    """The values of a report of *office* on *incident* as it is known now, and what they rest on.

    The second holds the ids of the trace and the photographs, and the version of the case.
    """
    known = facts.current_values(incident.id, session)
    sheet = case_sheet.sheet_of(known, incident.learned_at)
    run = five_lines.newest_trace(session, incident.id)
    photographs = _photographs(session, incident)
    values = ReportValues(
        case_no=incident.case_no,
        exercise=incident.is_exercise,
        learned_at=_learned_at(session, incident, office),
        sequence=sequence,
        grade_line=_grade_line(incident, kind),
        grade_basis=_grade_basis(session, incident),
        triggers=_triggers(session, incident),
        measures_taken=_measures(session, incident, sheet),
        photos=tuple(caption(row) for row in photographs),
        **_told(sheet, incident),
        **_of_the_river(sheet, run, now),
        **_reporter(session, office, actor),
    )
    rests_on = {
        "case_version": incident.version,
        "trace": run.id if run else None,
        "photographs": [row.id for row in photographs],
    }
    return values, rests_on


def occurred_zh(occurred: Occurrence, unread: str = "") -> str | None:
    """``11月21日02:10``, ``11月21日02:05至02:15之间``; what was said but not understood is quoted as such."""
    if occurred.earliest is None or occurred.latest is None:
        return f"来电称“{clip(unread, 40)}”，{VERIFYING}" if unread else None
    if occurred.kind is OccurrenceKind.EXACT:
        return zh_time(occurred.earliest)
    if occurred.earliest == occurred.latest:
        return f"{zh_time(occurred.earliest)}左右"
    told = clock_zh if china_date(occurred.earliest) == china_date(occurred.latest) else zh_time
    return f"{zh_time(occurred.earliest)}至{told(occurred.latest)}之间"


def region_zh(code: str | None, office: str) -> str:
    """``湖北省十堰市竹山县`` of the region that was told, else the area of the reporting office's own case."""
    offices = Rulebook.shipped().offices
    names: list[str] = []
    here = (code or office)[:6]
    place = offices.get(here) if here in offices.offices else offices.get(office)
    while True:
        names.insert(0, place.area_zh)
        if place.level is OfficeLevel.PROVINCE:
            return "".join(names)
        place = offices.get(place.parent_code)


def _told(sheet: CallSheet, incident: Incident) -> dict[str, Any]:
    """What callers said."""
    media = "、".join(label(("medium", code), ZH) for code in sheet.media)
    return {
        "occurred": occurred_zh(sheet.occurred, sheet.unread_of(CallField.OCCURRED)),
        "place": sheet.place_text or None,
        "region": region_zh(sheet.region_code, incident.office_code),
        "coordinates": _coordinates(sheet),
        "info_source": label(("info_source", sheet.channel), ZH) if sheet.channel else None,
        "medium": _medium(media, sheet.water_body),
        "is_water": not sheet.media or bool(WATER & set(sheet.media)) or bool(sheet.water_body),
        "cause": label(("cause", sheet.cause), ZH) if sheet.cause and sheet.cause != "UNKNOWN" else None,
        "course": _course(sheet),
        "substances": _substances(sheet),
        "amounts": _amounts(sheet),
        "casualties": _casualties(sheet),
    }


def _medium(media: str, water_body: str) -> str | None:
    return (f"{media}（{water_body}）" if media and water_body else media or water_body) or None


def _of_the_river(sheet: CallSheet, run: TraceRun | None, now: datetime) -> dict[str, Any]:
    """What the newest trace reckons, each with its basis."""
    result = run.result if run else None
    receptors = five_lines.receptor_lines({"receptors": shown_receptors(result)})
    basis = five_lines.trace_basis_zh(run) if run else None
    return {
        "intakes": _intakes(sheet, result),
        "receptors": receptors,
        "trace_basis": basis,
        "trend": _trend(sheet, receptors, now),
        "sketch_map": None if run is None else ATTACHED,
    }


def _reporter(session: Session, office: str, actor: Actor) -> dict[str, Any]:
    row = session.get(Office, office)
    number = str((row.settings if row else {}).get(DUTY_NUMBER) or "")
    return {
        "reporter_unit": Rulebook.shipped().offices.bureau_zh(office),
        "contact": actor.name or None,
        "contact_phone": number or None,
    }


def _learned_at(session: Session, incident: Incident, office: str) -> datetime:
    own = session.scalar(
        select(IncidentOffice.learned_at).where(
            IncidentOffice.incident_id == incident.id, IncidentOffice.office_code == office
        )
    )
    return own or incident.learned_at


def _grade_line(incident: Incident, kind: ReportKind) -> str | None:
    """The judgement as it stands; in a result report it is the final one."""
    if incident.grade is None:
        return None
    grade = Grade(incident.grade)
    judged = "最终认定为" if kind is ReportKind.RESULT else "初步认定为"
    return f"{judged}{grade.zh}（{grade.value}级）突发环境事件"


def _grade_basis(session: Session, incident: Incident) -> str | None:
    """On what the judgement rests, as the one who judged said it."""
    judged = facts.newest(incident.id, FactKind.GRADE_CHANGED, session)
    return None if judged is None else printable_line(judged.data.get("basis", "")) or None


def _triggers(session: Session, incident: Incident) -> tuple[str, ...]:
    """The circumstances of 令17号 第四条 that are known: the ground for reporting while the grade is open."""
    rules = Rulebook.shipped()
    known = facts.current_triggers(session, incident.id) & rules.article4_triggers
    return tuple(rules.triggers[code].name_zh for code in sorted(known))


def _coordinates(sheet: CallSheet) -> str | None:
    if sheet.position is None:
        said = sheet.unread_of(CallField.COORDINATES)
        return f"来电称“{clip(said, 40)}”，{VERIFYING}" if said else None
    longitude, latitude = sheet.position.coordinates.cgcs2000()
    return f"东经{longitude:.5f}°，北纬{latitude:.5f}°（CGCS2000）"


def _course(sheet: CallSheet) -> str | None:
    vehicle = "，".join(
        part
        for part in (
            f"车（船）牌{sheet.plate}" if sheet.plate else "",
            f"承运单位{sheet.carrier}" if sheet.carrier else "",
            f"运单{sheet.waybill}" if sheet.waybill else "",
        )
        if part
    )
    if not sheet.course:
        return f"{vehicle}，经过{VERIFYING}" if vehicle else None
    return f"{sheet.course.rstrip('。')}（{vehicle}）" if vehicle else sheet.course


def _substances(sheet: CallSheet) -> tuple[str, ...]:
    found = sheet.identified
    name = found.name_zh if found else sheet.substance
    if not name and sheet.un_no:
        return (f"UN {sheet.un_no}（名称{VERIFYING}）",)
    return (name,) if name else ()


def _amounts(sheet: CallSheet) -> tuple[StatedAmount, ...]:
    """The three amounts where at least one was told; the others are printed as being checked."""
    told = dict(sheet.amounts.items())
    if not any(told.values()):
        return ()
    stated = []
    for kind in AmountKind:
        amount = told[kind]
        text = f"{amount.figure()}{label(amount.unit, ZH)}" if amount else None
        confirmed = amount.certainty is Certainty.CONFIRMED if amount else None
        stated.append(StatedAmount(label(kind, ZH), text, confirmed))
    return tuple(stated)


def _casualties(sheet: CallSheet) -> str | None:
    counts = five_lines.casualties_zh(sheet)
    because = {CasualtyCause.POLLUTION: "（污染所致）", CasualtyCause.ACCIDENT: "（事故所致）"}
    return f"{counts}{because.get(sheet.casualty_cause, '')}" if counts else None


def _intakes(sheet: CallSheet, result: Mapping[str, Any] | None) -> tuple[IntakeLine, ...]:
    """What was told of intakes, then those that the trace reaches and nobody has told of yet, nearest first."""
    told = five_lines.intake_lines(sheet, result)
    ids = {intake.receptor_id for intake in sheet.intakes} | {intake.name for intake in sheet.intakes}
    reached = [
        IntakeLine(found["name"], distance_km=found["distance_m"] / 1000.0, arrival=five_lines.arrival_band(found))
        for found in (result or {}).get("receptors", ())
        if found["kind"] == "intake" and not {found["id"], found["name"]} & ids
    ]
    return (*told, *reached)[:MOST_INTAKES]


def shown_receptors(result: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    """The receptors of a trace's result that a report names, nearest first.

    Beyond the nearest those that decide who must be told: borders of the province, Danjiangkou.
    """
    found = list((result or {}).get("receptors", ()))
    places = [place_below(one) for one in found[MOST_RECEPTORS:]]
    far = [one for one, place in zip(found[MOST_RECEPTORS:], places, strict=True) if _decides(place)]
    return [*found[:MOST_RECEPTORS], *far[:3]]


def _decides(place: PlaceBelow) -> bool:
    return place.is_province_border or place.is_diversion_source


def _trend(sheet: CallSheet, receptors: tuple[ReceptorLine, ...], now: datetime) -> str | None:
    ahead = next_receptor(receptors, now)
    if ahead is None or ahead.arrival is None:
        return None
    water = sheet.water_body or "河道"
    return f"受污染水体沿{water}向下游移动，下一敏感点为{ahead.name}，推算{ahead.arrival.text_zh()}到达"


def _measures(session: Session, incident: Incident, sheet: CallSheet) -> str | None:
    """What callers reported as done, then what was done by telephone, each with its time."""
    rows = session.scalars(
        select(PhoneCall)
        .where(PhoneCall.incident_id == incident.id, PhoneCall.state == "answered")
        .order_by(PhoneCall.made_at, PhoneCall.id)
    )
    calls = [
        f"{clock_zh(row.made_at)}电话通知{row.name}" + (f"，{row.done}" if row.done else "")
        for row in rows
        if row.made_at
    ]
    return "；".join(printable_line(part) for part in (sheet.measures, *calls) if part) or None


def _photographs(session: Session, incident: Incident) -> list[Evidence]:
    query = select(Evidence).where(Evidence.incident_id == incident.id, Evidence.kind == "photo")
    return list(session.scalars(query.order_by(Evidence.id.desc()).limit(MOST_PHOTOGRAPHS)))


def caption(row: Evidence) -> str:
    """``11月21日03:05桥面泄漏点``: when it was taken, by the best witness, and its note."""
    at = row.verdicts[0].get("taken_at") if row.verdicts else None
    taken = zh_time(datetime.fromisoformat(at)) if at else zh_time(row.received_at)
    return f"{taken}{clip(printable_line(row.note), CAPTION)}"


def photographs_by_id(ids: Iterable[int]) -> list[Evidence]:
    """The photographs that a report rests on, in its order."""
    rows = {row.id: row for row in db.session.scalars(select(Evidence).where(Evidence.id.in_(list(ids))))}
    return [rows[one] for one in ids if one in rows]
