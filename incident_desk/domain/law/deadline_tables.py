"""Reads the TOML tables of deadlines; a duty has exactly one limit and every key is known."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from incident_desk.domain.law.legal_codes import Family, Grade, Holder, MetBy, RunsFrom
from incident_desk.domain.law.rule_tables import (
    Key,
    RuleTableFault,
    check_keys,
    code_of,
    read_toml,
    read_validity,
    refuse_overlaps,
)
from incident_desk.domain.law.rule_values import DeadlineRule, Provenance

DEADLINE_TABLES = (
    *("reporting.toml", "duties.toml", "disclosure.toml", "overlays.toml", "investigation.toml"),
    *("follow_up.toml", "aftermath.toml"),
)
_LIMITS = ("within_minutes", "within_days", "within_workdays", "no_number")
_RECIPIENTS = frozenset(
    {"own_government", "level_up", "province", "ministry", "peer_departments", "provincial_duty_room", "public"}
)
_DATED = {"instrument": Key(str), "in_force_from": Key(date), "in_force_to": Key(date), "reviewed_by": Key(str)}
_META = {
    "instrument": Key(str, required=True),
    "in_force_from": Key(date, required=True),
    "in_force_to": Key(date),
    "reviewed_by": Key(str, required=True, may_be_empty=True),
    "source": Key(str, required=True),
    "successor": Key(str),
}
_DEADLINE = {
    "id": Key(str, required=True),
    "family": Key(str, required=True),
    "title": Key(str, required=True),
    "title_zh": Key(str, required=True),
    "article": Key(str, required=True),
    "holder": Key(str, required=True),
    "duty_holder_zh": Key(str, required=True),
    "runs_from": Key(str, required=True),
    "within_minutes": Key(int),
    "within_days": Key(int),
    "within_workdays": Key(int),
    "no_number": Key(str),
    "preset_minutes": Key(int),
    "phone_within_minutes": Key(int),
    "minutes_by_grade": Key(dict),
    "grades": Key(list),
    "triggers": Key(list),
    "region": Key(str),
    "elsewhere": Key(bool),
    "pauses": Key(bool),
    "extends": Key(str),
    "overlay": Key(bool),
    "recipients": Key(list, required=True),
    "met_by": Key(str, required=True),
    "applies_to_zh": Key(str, required=True),
    "satisfied_by_zh": Key(str, required=True),
    "evidence": Key(str, required=True),
    "successor": Key(str),
    **_DATED,
}


def read_deadlines(rules_dir: Path) -> tuple[DeadlineRule, ...]:
    """Every deadline of the tables in *rules_dir*.

    Raises:
        RuleTableFault: unknown key, two limits, overlapping dates, missing article.
    """
    rules = [rule for table in DEADLINE_TABLES for rule in read_deadline_table(rules_dir / table)]
    _refuse_double(rules, table=", ".join(DEADLINE_TABLES))
    return tuple(rules)


def read_deadline_table(path: Path) -> tuple[DeadlineRule, ...]:
    """The deadlines of one table.

    Raises:
        RuleTableFault: unknown key, two limits, overlapping dates, missing article.
    """
    document = read_toml(path)
    tops = {"meta": Key(dict, required=True), "deadline": Key(list, required=True)}
    check_keys(document, tops, table=path.name, name="top level")
    check_keys(document["meta"], _META, table=path.name, name="[meta]")
    if not all(isinstance(entry, dict) for entry in document["deadline"]):
        raise RuleTableFault(table=path.name, entry="deadline", what="write each rule as [[deadline]]")
    entries = enumerate(document["deadline"], start=1)
    rules = [_deadline(entry, document["meta"], table=path.name, number=number) for number, entry in entries]
    _refuse_double(rules, table=path.name)
    return tuple(rules)


def _refuse_double(rules: list[DeadlineRule], *, table: str) -> None:
    refuse_overlaps(((rule.rule_id, rule.provenance.validity) for rule in rules), table=table)


def _deadline(entry: dict[str, Any], meta: dict[str, Any], *, table: str, number: int) -> DeadlineRule:
    name = str(entry.get("id", f"deadline {number}"))
    check_keys(entry, _DEADLINE, table=table, name=name)
    limits = [key for key in _LIMITS if key in entry]
    if len(limits) != 1 or not entry[limits[0]] or (limits != ["no_number"] and entry[limits[0]] < 0):
        raise RuleTableFault(table=table, entry=name, what=f"give one limit: {', '.join(_LIMITS)}")
    unknown = sorted({str(code) for code in entry["recipients"]} - _RECIPIENTS)
    if unknown:
        raise RuleTableFault(table=table, entry=name, what=f"unknown recipient {', '.join(unknown)}")
    plain = ("title", "title_zh", "duty_holder_zh", "applies_to_zh", "satisfied_by_zh")
    optional = (
        *limits,
        "preset_minutes",
        "phone_within_minutes",
        "region",
        "elsewhere",
        "pauses",
        "overlay",
        "extends",
    )
    where = {"table": table, "entry": name}
    return DeadlineRule(
        rule_id=name,
        family=code_of(Family, entry["family"], **where),
        holder=code_of(Holder, entry["holder"], **where),
        met_by=code_of(MetBy, entry["met_by"], **where),
        runs_from=code_of(RunsFrom, entry["runs_from"], **where),
        provenance=_provenance(entry, meta, **where),
        minutes_by_grade=tuple(
            (code_of(Grade, grade, **where), int(minutes))
            for grade, minutes in entry.get("minutes_by_grade", {}).items()
        ),
        grades=frozenset(code_of(Grade, grade, **where) for grade in entry.get("grades", ())),
        triggers=frozenset(entry.get("triggers", ())),
        recipients=tuple(entry["recipients"]),
        **{key: entry[key] for key in (*plain, *optional) if key in entry},
    )


def _provenance(rule: dict[str, Any], meta: dict[str, Any], *, table: str, entry: str) -> Provenance:
    own = {**meta, **rule}
    return Provenance(
        instrument=own["instrument"],
        article=own["article"],
        validity=read_validity(own["in_force_from"], own.get("in_force_to"), table=table, entry=entry),
        reviewed_by=own["reviewed_by"],
        evidence=own["evidence"],
        successor=own.get("successor", ""),
    )
