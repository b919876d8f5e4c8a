"""Reads the CSV rule tables: triggers, the grading standard, offices, working days."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from pathlib import Path

from incident_desk.domain.law.calendar import WorkCalendar
from incident_desk.domain.law.legal_codes import Family, Grade
from incident_desk.domain.law.rule_tables import RuleTableFault, code_of, read_csv, read_date, read_validity
from incident_desk.domain.law.rule_values import Criterion, PlannedRule, Provenance, Trigger
from incident_desk.domain.offices import Office, OfficeLevel, OfficeTree

_TRIGGER_COLUMNS = (
    *("code", "name_zh", "name_en", "article4", "effect_zh", "instrument", "article"),
    *("in_force_from", "in_force_to", "reviewed_by", "evidence"),
)
_CRITERION_COLUMNS = (
    *("grade", "criterion", "metric", "unit", "min_inclusive", "max_exclusive", "condition", "certainty"),
    *("text_zh", "text_en", "instrument", "article", "in_force_from", "in_force_to", "reviewed_by", "evidence"),
)
_OFFICE_COLUMNS = (
    *("code", "name_zh", "name_en", "kind", "parent_code"),
    *("neighbours", "neighbours_outside", "source", "evidence"),
)


def _row_provenance(row: dict[str, str], *, table: str, entry: str) -> Provenance:
    for column in ("instrument", "article", "evidence"):
        if not row[column]:
            raise RuleTableFault(table=table, entry=entry, what=f"{column} is empty")
    starts_on = read_date(row["in_force_from"], table=table, entry=entry)
    ends_on = read_date(row["in_force_to"], table=table, entry=entry) if row["in_force_to"] else None
    validity = read_validity(starts_on, ends_on, table=table, entry=entry)
    return Provenance(row["instrument"], row["article"], validity, row["reviewed_by"], row["evidence"])


def read_triggers(path: Path) -> dict[str, Trigger]:
    """The circumstances of 令17号 第四条 and of the Hubei notice, by code."""
    triggers: dict[str, Trigger] = {}
    for row in read_csv(path, _TRIGGER_COLUMNS):
        code = row["code"]
        if code in triggers:
            raise RuleTableFault(table=path.name, entry=code, what="stands twice")
        provenance = _row_provenance(row, table=path.name, entry=code)
        is_article4 = row["article4"] == "yes"
        triggers[code] = Trigger(code, row["name_zh"], row["name_en"], is_article4, row["effect_zh"], provenance)
    return triggers


def read_criteria(path: Path) -> tuple[Criterion, ...]:
    """The grading standard; the bands of each metric touch."""
    criteria = []
    for number, row in enumerate(read_csv(path, _CRITERION_COLUMNS), start=2):
        where = {"table": path.name, "entry": f"line {number}"}
        if bool(row["metric"]) == bool(row["condition"]):
            raise RuleTableFault(what="give a metric or a condition", **where)
        try:
            at_least = float(row["min_inclusive"]) if row["metric"] else None
            below = float(row["max_exclusive"]) if row["max_exclusive"] else None
            criterion = int(row["criterion"])
        except ValueError as error:
            raise RuleTableFault(what=f"a number cannot be read: {error}", **where) from error
        criteria.append(
            Criterion(
                grade=code_of(Grade, row["grade"], **where),
                number=criterion,
                metric=row["metric"],
                unit=row["unit"],
                at_least=at_least,
                below=below,
                condition=row["condition"],
                is_certain=row["certainty"] == "met",
                text_zh=row["text_zh"],
                text_en=row["text_en"],
                provenance=_row_provenance(row, **where),
            )
        )
    _refuse_gaps(criteria, table=path.name)
    return tuple(criteria)


def _refuse_gaps(criteria: list[Criterion], *, table: str) -> None:
    """The bands of one metric under one instrument must touch: no value without a grade, none with two."""
    bands: dict[tuple[str, date], list[Criterion]] = {}
    for criterion in criteria:
        if criterion.metric:
            bands.setdefault((criterion.metric, criterion.provenance.validity.starts_on), []).append(criterion)
    for (metric, _), rows in bands.items():
        rows.sort(key=lambda row: row.at_least or 0.0)
        touching = all(lower.below == upper.at_least for lower, upper in pairwise(rows))
        if not touching or rows[0].at_least != 0.0 or rows[-1].below is not None:
            raise RuleTableFault(table=table, entry=metric, what="the bands overlap or leave a gap")


def read_offices(rules_dir: Path) -> OfficeTree:
    """The offices of the shipped province and the names of plain neighbours."""
    offices: dict[str, Office] = {}
    for row in read_csv(rules_dir / "offices.csv", _OFFICE_COLUMNS):
        where = {"table": "offices.csv", "entry": row["code"]}
        level = code_of(OfficeLevel, row["kind"], **where)
        if row["code"] in offices:
            raise RuleTableFault(what="stands twice", **where)
        if level is not OfficeLevel.PROVINCE and row["parent_code"] not in offices:
            raise RuleTableFault(what="its parent does not stand above it in the table", **where)
        neighbours = tuple(n for cell in ("neighbours", "neighbours_outside") for n in row[cell].split(";") if n)
        parent = row["parent_code"] or "000000"
        offices[row["code"]] = Office(row["code"], level, parent, row["name_zh"], row["name_en"], neighbours)
    outside = read_csv(rules_dir / "offices_outside.csv", ("code", "name_zh", "name_en", "source"))
    return OfficeTree(offices, {row["code"]: row["name_zh"] for row in outside})


def read_calendar(path: Path) -> WorkCalendar:
    """Holidays and make-up days."""
    rows = read_csv(path, ("date", "kind", "festival", "source"))
    days = {
        kind: frozenset(read_date(r["date"], table=path.name, entry=r["date"]) for r in rows if r["kind"] == kind)
        for kind in {row["kind"] for row in rows}
    }
    if set(days) != {"holiday", "makeup_workday"}:
        raise RuleTableFault(table=path.name, entry="kind", what="a day is a holiday or a makeup_workday")
    return WorkCalendar(days["holiday"], days["makeup_workday"])


def read_planned(path: Path) -> dict[str, PlannedRule]:
    """Duties whose clocks are not built yet, by id."""
    columns = ("id", "family", "title_zh", "title_en", "limit_value", "limit_unit", "applies_to", "basis", "evidence")
    planned: dict[str, PlannedRule] = {}
    for row in read_csv(path, (*columns, "reviewed_by")):
        where = {"table": path.name, "entry": row["id"]}
        if row["id"] in planned or not row["basis"]:
            raise RuleTableFault(what="stands twice, or its basis is empty", **where)
        number = "" if row["limit_value"] == "0" else f"{row['limit_value']} "
        planned[row["id"]] = PlannedRule(
            rule_id=row["id"],
            family=code_of(Family, row["family"], **where),
            title_zh=row["title_zh"],
            title_en=row["title_en"],
            limit=f"{number}{row['limit_unit']}",
            basis=row["basis"],
            evidence=row["evidence"],
        )
    return planned
