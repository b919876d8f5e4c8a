"""Duties by the calendar: periods end on the right day, fixed days are kept, and a table is read strictly."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from incident_desk.domain.law import periodic
from incident_desk.domain.law.rule_tables import RuleTableFault
from incident_desk.paths import rules_dir


def dues(rule_id: str, year: int) -> list[tuple[str, str]]:
    rules = tuple(rule for rule in periodic.shipped() if rule.rule_id == rule_id)
    return [
        (due.period, due.due_on.isoformat())
        for due in periodic.due_between(rules, date(year, 1, 1), date(year, 12, 31))
    ]


def test_a_quarter_is_due_ten_days_after_its_end() -> None:
    assert dues("P7", 2027) == [
        ("2026-Q4", "2027-01-10"), ("2027-Q1", "2027-04-10"), ("2027-Q2", "2027-07-10"), ("2027-Q3", "2027-10-10")
    ]  # fmt: skip


def test_fixed_days_are_those_of_the_notice() -> None:
    assert dues("P9", 2026) == [("2026-H1", "2026-06-30"), ("2026-H2", "2026-12-31")]
    assert dues("P10", 2026) == dues("P11", 2026) == [("2026", "2026-12-15")]


def test_months_end_where_they_end() -> None:
    assert ("2028-02", "2028-03-10") in dues("P12", 2028)
    assert len(dues("P12", 2028)) == 12


def test_nothing_is_due_before_a_rule_is_in_force() -> None:
    assert dues("P7", 2020) == []
    assert dues("P7", 2021)[0] == ("2021-Q2", "2021-07-10")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('period         = "quarter"', 'period         = "fortnight"'),
        ("days_after     = 10", 'days_after = 10\ndue_on = ["01-01","02-01","03-01","04-01"]'),
        ('due_on         = ["06-30", "12-31"]', 'due_on         = ["06-31", "12-31"]'),
        ('due_on         = ["06-30", "12-31"]', 'due_on         = ["06-30"]'),
        ('due_on         = ["06-30", "12-31"]', 'due_on         = ["02-29", "12-31"]'),
        ('id             = "P10"', 'id             = "P9"'),
        ('article        = "鄂环办〔2021〕31号 二、1"', 'artikel = "x"'),
    ],
)
def test_a_table_with_a_fault_is_refused(tmp_path: Path, before: str, after: str) -> None:
    text = (rules_dir() / periodic.TABLE).read_text("utf-8")
    assert before in text
    table = tmp_path / "periodic.toml"
    table.write_text(text.replace(before, after, 1), "utf-8")
    with pytest.raises(RuleTableFault):
        periodic.read_periodic(table)
