"""Reports upward: what goes into one, what is still missing, and the draft that is signed.

Nothing blocks a report: a missing value is printed in its own words (正在核实) and named as a task.
Source: 突发环境事件信息报告办法 (令第17号) 第三条、第四条、第十二条至第十四条; the matrix is ``report_fields.csv``.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum

from incident_desk.domain.china_time import china_date, clock_zh, zh_time, zh_time_with_year
from incident_desk.domain.law.legal_codes import ReportForm, ReportKind
from incident_desk.domain.reports.report_fields import FieldNeed, ReportField, report_fields
from incident_desk.domain.reports.report_titles import title_zh

VERIFYING = "正在核实"

INTAKE_STATES_ZH = {
    "drawing": "正常取水",
    "stopped_precaution": "已预防性停止取水",
    "stopped_polluted": "因污染停止取水",
    "unknown": "取水状态正在核实",
}


class TaskKind(StrEnum):
    """What a gap in a draft asks of a person."""

    FIND_OUT = "find_out"
    CONFIRM_UNKNOWN = "confirm_unknown"
    ATTACH = "attach"
    SIGN = "sign"


@dataclass(frozen=True, slots=True)
class StatedAmount:
    """One of the three amounts with its unit, as it is printed; ``confirmed`` None means it was not said."""

    label_zh: str
    text: str | None
    confirmed: bool | None = None

    def text_zh(self) -> str:
        """``装载量18吨（估计）``; an unknown amount says so."""
        if not self.text:
            return f"{self.label_zh}{VERIFYING}"
        mark = {True: "（核实）", False: "（估计）", None: ""}[self.confirmed]
        return f"{self.label_zh}{self.text}{mark}"


@dataclass(frozen=True, slots=True)
class ArrivalBand:
    """Earliest, likely and latest arrival of the front; aware instants."""

    earliest: datetime
    likely: datetime
    latest: datetime

    def text_zh(self) -> str:
        """``11月21日06:10至08:40，最可能07:15``; another year is named."""
        is_one_day = china_date(self.earliest) == china_date(self.latest)
        told = clock_zh if is_one_day else self._later
        return f"{zh_time(self.earliest)}至{told(self.latest)}，最可能{told(self.likely)}"

    def cells_zh(self) -> tuple[str, str, str]:
        """Earliest, likely and latest, each with its day, for the columns of a table."""
        return zh_time(self.earliest), self._later(self.likely), self._later(self.latest)

    def _later(self, at: datetime) -> str:
        is_same_year = china_date(at).year == china_date(self.earliest).year
        return zh_time(at) if is_same_year else zh_time_with_year(at)


@dataclass(frozen=True, slots=True)
class ReceptorLine:
    """A sensitive point on the way of the water. ``kind`` is the trace's code, ``kind_zh`` its word."""

    name: str
    kind: str
    kind_zh: str
    distance_km: float | None = None
    direction: str = "下游"
    arrival: ArrivalBand | None = None
    status: str | None = None
    crosses_province: bool = False
    is_danjiangkou: bool = False

    def distance_zh(self) -> str:
        """``下游12.3公里``, or that the distance is being checked."""
        return f"{self.direction}{self.distance_km:.1f}公里" if self.distance_km is not None else f"距离{VERIFYING}"

    def arrival_cells(self) -> tuple[str, str, str]:
        """Earliest, likely and latest arrival for the columns of a table."""
        return self.arrival.cells_zh() if self.arrival else (VERIFYING, "—", "—")

    def text_zh(self) -> str:
        """One clause for the running text."""
        arrival = f"，预计{self.arrival.text_zh()}到达" if self.arrival else ""
        return f"{self.name}（{self.distance_zh()}{arrival}{'，' + self.status if self.status else ''}）"


@dataclass(frozen=True, slots=True)
class IntakeLine:
    """A water intake and what is known of it. ``state`` is a key of ``INTAKE_STATES_ZH``."""

    name: str
    state: str = "unknown"
    supply_interrupted: bool | None = None
    as_of: datetime | None = None
    distance_km: float | None = None
    arrival: ArrivalBand | None = None

    def state_zh(self) -> str:
        """State, supply and since when: ``已预防性停止取水，供水未中断（03:05）``."""
        supply = {True: "，供水中断", False: "，供水未中断", None: ""}[self.supply_interrupted]
        return f"{INTAKE_STATES_ZH[self.state]}{supply}{f'（{clock_zh(self.as_of)}）' if self.as_of else ''}"

    def text_zh(self) -> str:
        """One clause for the running text."""
        where = f"距事发点{self.distance_km:.1f}公里，" if self.distance_km is not None else ""
        when = f"预计{self.arrival.text_zh()}到达，" if self.arrival else ""
        return f"{self.name}：{where}{when}{self.state_zh()}"


@dataclass(frozen=True, slots=True)
class ReportValues:
    """All that a case knows, ready to print; None or empty is unknown. Times are aware."""

    case_no: str
    exercise: bool
    learned_at: datetime
    sequence: int = 1
    follow_up_no: int = 0
    report_no: str | None = None
    occurred: str | None = None
    place: str | None = None
    region: str | None = None
    coordinates: str | None = None
    info_source: str | None = None
    grade_line: str | None = None
    grade_basis: str | None = None
    triggers: tuple[str, ...] = ()
    nature: str | None = None
    medium: str | None = None
    is_water: bool = True
    cause: str | None = None
    course: str | None = None
    substances: tuple[str, ...] = ()
    amounts: tuple[StatedAmount, ...] = ()
    pollution_range: str | None = None
    monitoring: str | None = None
    casualties: str | None = None
    intakes: tuple[IntakeLine, ...] = ()
    receptors: tuple[ReceptorLine, ...] = ()
    trace_basis: str | None = None
    trend: str | None = None
    measures_taken: str | None = None
    progress: str | None = None
    measures_planned: str | None = None
    advice: str | None = None
    losses: str | None = None
    social_effect: str | None = None
    remaining_problems: str | None = None
    accountability: str | None = None
    secret_items: str | None = None
    sketch_map: str | None = None
    photos: tuple[str, ...] = ()
    reporter_unit: str | None = None
    signatory: str | None = None
    contact: str | None = None
    contact_phone: str | None = None


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One line of a draft: ``text`` is what is printed, ``known`` whether it is a value or the word for none."""

    field: str
    section_zh: str
    label_zh: str
    text: str
    known: bool


@dataclass(frozen=True, slots=True)
class ReportTask:
    """A gap that a person must close; it never holds the report back."""

    field: str
    kind: TaskKind
    label_zh: str
    label_en: str
    source: str


@dataclass(frozen=True, slots=True)
class ReportDraft:
    """A report as it will be read, checked, signed and sent; its digest is what a signature covers.

    ``urgency`` is a code of ``Urgency``; drafts from before there was a choice have none, and keep their digest.
    """

    kind: ReportKind
    form: ReportForm
    case_no: str
    exercise: bool
    sequence: int
    made_at: datetime
    title: str
    lines: tuple[ReportLine, ...]
    tasks: tuple[ReportTask, ...]
    urgency: str = ""

    def line(self, field: str) -> ReportLine | None:
        """The line of *field*, None where this kind of report has none."""
        return next((line for line in self.lines if line.field == field), None)

    def snapshot(self) -> bytes:
        """The draft as canonical JSON, UTF-8: what is stored, archived and digested."""
        document = asdict(self) | {"made_at": self.made_at.astimezone(UTC).isoformat()}
        if not self.urgency:
            del document["urgency"]
        text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return text.encode("utf-8")

    def digest(self) -> str:
        """SHA-256 of ``snapshot()``, hex."""
        return hashlib.sha256(self.snapshot()).hexdigest()


def printable(text: str) -> str:
    """*text* without control and half characters: a broken paste must not stop a report.

    Rare characters of names stay, also those that this Python does not know yet.
    """
    kept = (mark for mark in text if mark == "\n" or unicodedata.category(mark) not in ("Cc", "Cs"))
    return "".join(mark for mark in kept if ord(mark) & 0xFFFE != 0xFFFE)


def draft_initial(
    values: ReportValues,
    now: datetime,
    *,
    form: ReportForm = ReportForm.WRITTEN,
    fields: Iterable[ReportField] | None = None,
) -> ReportDraft:
    """The first report (初报) as far as it can be written now; see ``draft_report``."""
    return draft_report(values, now, kind=ReportKind.INITIAL, form=form, fields=fields)


def draft_report(
    values: ReportValues,
    now: datetime,
    *,
    kind: ReportKind,
    form: ReportForm = ReportForm.WRITTEN,
    fields: Iterable[ReportField] | None = None,
    urgency: str = "",
) -> ReportDraft:
    """Every line that the matrix asks for, with the words for what is missing, and the tasks that follow.

    *values* is what the case knows at *now*; *fields* is the matrix, the shipped one by default.
    """
    lines: list[ReportLine] = []
    tasks: list[ReportTask] = []
    texts = _texts(values, now)
    for row in fields if fields is not None else report_fields():
        need = row.need(kind, form)
        text = printable(texts.get(row.field) or "").strip()
        if not text and need in (FieldNeed.NOT_NEEDED, FieldNeed.IF_ANY):
            continue
        if not text and need is FieldNeed.WATER and not values.is_water:
            continue
        lines.append(ReportLine(row.field, row.section_zh, row.label_zh, text or row.missing_zh, bool(text)))
        if not text or VERIFYING in text:
            tasks.append(ReportTask(row.field, _task_kind(row.field, need), row.label_zh, row.label_en, row.source))
    return ReportDraft(
        kind,
        form,
        values.case_no,
        values.exercise,
        values.sequence,
        now,
        _title(values, kind),
        tuple(lines),
        tuple(tasks),
        urgency,
    )


def _task_kind(field: str, need: FieldNeed) -> TaskKind:
    if field == "signatory":
        return TaskKind.SIGN
    if field in ("sketch_map", "photos"):
        return TaskKind.ATTACH
    return TaskKind.CONFIRM_UNKNOWN if need is FieldNeed.UNKNOWN_ALLOWED else TaskKind.FIND_OUT


def _title(values: ReportValues, kind: ReportKind) -> str:
    title = title_zh(
        kind,
        where=values.region or values.place or "",
        substances=values.substances,
        follow_up_no=values.follow_up_no,
        exercise=values.exercise,
    )
    return printable(title)


def _texts(values: ReportValues, now: datetime) -> dict[str, str | None]:
    """The text of every field that is a plain value, and of those that are put together."""
    number = values.report_no or f"{values.case_no} 第{values.sequence}报"
    return {
        "report_no": f"{number}，{zh_time_with_year(now)}",
        "occurred": values.occurred,
        "learned": zh_time_with_year(values.learned_at),
        "place": values.place,
        "region": values.region,
        "coordinates": values.coordinates,
        "info_source": values.info_source,
        "grade_line": values.grade_line,
        "grade_basis": values.grade_basis,
        "triggers": "；".join(values.triggers) or None,
        "nature": values.nature,
        "medium": values.medium,
        "cause": values.cause,
        "course": values.course,
        "pollutants": "、".join(values.substances) or None,
        "amounts": "，".join(amount.text_zh() for amount in values.amounts) or None,
        "pollution_range": values.pollution_range,
        "monitoring": values.monitoring,
        "casualties": values.casualties,
        "intakes": "；".join(line.text_zh() for line in values.intakes) or None,
        "receptors": _receptors_text(values),
        "trend": values.trend,
        "measures_taken": values.measures_taken,
        "progress": values.progress,
        "measures_planned": values.measures_planned,
        "advice": values.advice,
        "losses": values.losses,
        "social_effect": values.social_effect,
        "remaining_problems": values.remaining_problems,
        "accountability": values.accountability,
        "secret_items": values.secret_items,
        "sketch_map": values.sketch_map,
        "photos": f"{len(values.photos)}张（{'、'.join(values.photos)}）" if values.photos else None,
        "reporter_unit": values.reporter_unit,
        "signatory": values.signatory,
        "contact": values.contact,
        "contact_phone": values.contact_phone,
    }


def _receptors_text(values: ReportValues) -> str | None:
    if not values.receptors:
        return None
    text = "；".join(line.text_zh() for line in values.receptors)
    return f"{text}。（{values.trace_basis}）" if values.trace_basis else text
