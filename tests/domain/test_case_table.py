"""Runs the lawyer's case table: tests/cases/*.toml."""

from __future__ import annotations

import re
import tomllib
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from incident_desk.domain.clocks.derivation import Clock, derive_clocks
from incident_desk.domain.errors import DomainError
from incident_desk.domain.facts.case_facts import CaseFacts
from incident_desk.domain.law.rulebook import Rulebook

FOLDER = Path(__file__).parent.parent / "cases"
OFFICE_TIME = timezone(timedelta(hours=8))
RULES = Rulebook.shipped()
FACT_NAMES = {"learned": "learned_at", "occurred": "occurred_at", "earliest": "occurred_earliest"}
TIMES = {"at", "recorded_at", "learned_at", "occurred_at", "occurred_earliest", "known_since"}
CASE_KEYS = {"name", "reading", "facts", "events", "now", "expect", "absent", "refused"}
ROW_KEYS = {"rule", "office", "starts", "due", "strict", "met", "state", "to", "missing"}


def moment(text: str) -> datetime:
    """ "02:25" on 2 March 2026, "03-05 14:00" in 2026, "2025-12-31 15:00" any day; office time."""
    found = re.fullmatch(r"(?:(?:(\d{4})-)?(\d\d)-(\d\d) )?(\d\d):(\d\d)", text)
    assert found, f"no time of the case table: {text}"
    year, month, day, hour, minute = found.groups()
    on = date(int(year or 2026), int(month or 3), int(day or 2))
    return datetime(on.year, on.month, on.day, int(hour), int(minute), tzinfo=OFFICE_TIME)


def as_document(case: dict[str, Any]) -> dict[str, Any]:
    def written(entry: dict[str, Any]) -> dict[str, Any]:
        renamed = {FACT_NAMES.get(key, key): value for key, value in entry.items()}
        return {key: moment(value).isoformat() if key in TIMES else value for key, value in renamed.items()}

    events = [written(event) for event in case.get("events", [])]
    return {**written(case["facts"]), "now": moment(case["now"]).isoformat(), "events": events}


def load_cases() -> list[Any]:
    found = []
    for path in sorted(FOLDER.glob("*.toml")):
        for case in tomllib.loads(path.read_text(encoding="utf-8"))["case"]:
            found.append(pytest.param(case, id=f"{path.stem}: {case['name']}"))
    return found


def one_clock(clocks: tuple[Clock, ...], row: dict[str, Any]) -> Clock:
    fitting = [c for c in clocks if c.rule_id == row["rule"] and row.get("office", c.office) == c.office]
    if len(fitting) > 1 and "starts" in row:
        fitting = [c for c in fitting if c.starts_at == moment(row["starts"])]
    assert len(fitting) == 1, f"{row['rule']}: {len(fitting)} clocks fit, {[c.identity for c in clocks]}"
    return fitting[0]


def check_row(clock: Clock, row: dict[str, Any], now: datetime) -> None:
    times = {"starts": clock.starts_at, "due": clock.due_at, "strict": clock.strict_due_at, "met": clock.met_at}
    for key, value in times.items():
        if key in row:
            assert value == (None if row[key] == "none" else moment(row[key])), f"{clock.rule_id} {key}: {value}"
    if "state" in row:
        assert clock.state(now) == row["state"]
    if "to" in row:
        assert list(clock.recipients) == row["to"]
    if "missing" in row:
        assert [code for code, _ in clock.missing_recipients()] == row["missing"]


@pytest.mark.parametrize("case", load_cases())
def test_the_law_makes_of_this_situation_what_the_lawyer_says(case: dict[str, Any]) -> None:
    assert set(case) <= CASE_KEYS
    assert case.get("expect") or case.get("absent") or case.get("refused"), "the case expects nothing"
    document, now = as_document(case), moment(case["now"])
    if "refused" in case:
        with pytest.raises(DomainError) as refusal:
            derive_clocks(CaseFacts.from_json(document, RULES), RULES, now=now)
        assert refusal.value.code == case["refused"]
        return
    clocks = derive_clocks(CaseFacts.from_json(document, RULES), RULES, now=now)
    for row in case.get("expect", []):
        assert set(row) <= ROW_KEYS
        check_row(one_clock(clocks, row), row, now)
    for rule_id in case.get("absent", []):
        assert rule_id not in {clock.rule_id for clock in clocks}


def test_every_reading_has_cases() -> None:
    assert {param.values[0]["reading"] for param in load_cases()} >= set(range(1, 11))


def test_no_two_cases_bear_one_name() -> None:
    names = [param.values[0]["name"] for param in load_cases()]
    assert len(names) == len(set(names))
