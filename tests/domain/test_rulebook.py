from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from incident_desk import paths
from incident_desk.domain.law.rule_tables import RuleTableFault
from incident_desk.domain.law.rulebook import Rulebook

RULES = Rulebook.shipped()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(paths.rules_dir(), tmp_path / "rules")
    return tmp_path / "rules"


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize(
    ("table", "old", "new", "says"),
    [
        ("reporting.toml", "within_minutes = 240", "within_hours = 4", "unknown key within_hours"),
        ("reporting.toml", 'article        = "突发环境事件信息报告办法（令17号）第三条"\n', "", "article is missing"),
        (
            "reporting.toml",
            'article        = "突发环境事件信息报告办法（令17号）第三条"',
            'article = ""',
            "article is empty",
        ),
        ("reporting.toml", "within_minutes = 240", 'within_minutes = "240"', "wrong type"),
        ("reporting.toml", "within_minutes = 240", "within_minutes = true", "wrong type"),
        ("reporting.toml", "within_minutes = 240", "within_minutes = 240\nwithin_days = 1", "give one limit"),
        ("reporting.toml", "within_minutes = 240", "within_minutes = 0", "give one limit"),
        ("reporting.toml", '"level_up"', '"level_upp"', "unknown recipient level_upp"),
        ("reporting.toml", '["III", "IV"]', '["III", "V"]', "no known Grade"),
        ("reporting.toml", 'id             = "R2"', 'id             = "R1"', "in force at the same time"),
        ("reporting.toml", "in_force_from = 2011-05-01", "in_force_from = 2011-05-01T00:00:00Z", "wrong type"),
        ("reporting.toml", "[meta]", "[meta", "cannot be read"),
        ("grading.csv", "I,1,deaths,person,30,", "I,1,deaths,person,31,", "overlap or leave a gap"),
        ("grading.csv", "max_exclusive", "max_inclusive", "unknown columns"),
        ("grading.csv", ",附件1,", ",,", "article is empty"),
        ("triggers.csv", "T2,", "T1,", "stands twice"),
        ("triggers.csv", "2011-05-01", "May 2011", "is no date"),
        ("offices.csv", "420302,", "420300,", "stands twice"),
        ("workdays.csv", "makeup_workday", "workday", "a holiday or a makeup_workday"),
    ],
)
def test_a_table_that_cannot_be_trusted_stops_the_reading(
    folder: Path, table: str, old: str, new: str, says: str
) -> None:
    edit(folder / table, old, new)
    with pytest.raises(RuleTableFault, match=says) as caught:
        Rulebook.load(folder)
    assert table in str(caught.value)


def test_a_missing_table_is_named(folder: Path) -> None:
    (folder / "disclosure.toml").unlink()
    with pytest.raises(RuleTableFault, match=r"disclosure\.toml"):
        Rulebook.load(folder)


def test_two_versions_of_a_rule_may_follow_each_other(folder: Path) -> None:
    table = folder / "reporting.toml"
    text = table.read_text(encoding="utf-8")
    first_report = text.split("\n[[deadline]]\n")[1]
    later = first_report.replace("within_minutes = 240", "within_minutes = 180\nin_force_from = 2030-01-01")
    table.write_text(f"{text}\n[[deadline]]\n{later}", encoding="utf-8")
    edit(folder / "reporting.toml", "within_minutes = 240", "within_minutes = 240\nin_force_to = 2029-12-31")
    book = Rulebook.load(folder)
    assert book.in_force_on(date(2029, 12, 31))["R1"].within_minutes == 240
    assert book.in_force_on(date(2030, 1, 1))["R1"].within_minutes == 180


def test_every_rule_names_instrument_article_evidence_and_says_that_no_lawyer_has_read_it() -> None:
    for rule in RULES.deadlines:
        assert rule.provenance.instrument
        assert rule.provenance.article
        assert rule.provenance.evidence
        assert rule.provenance.reviewed_by == ""


def test_every_rule_the_design_names_is_on_file() -> None:
    ids = {rule.rule_id for rule in RULES.deadlines}
    assert ids == {
        *("R1", "R2", "R3", "R4", "R5", "R8", "R10", "R11", "R12", "D1", "D2", "D3"),
        *("N1", "H1", "H2", "H3", "H4", "L1", "L2", "P1", "P2"),
        *("R6", "R7", "D4", "D5", "P3", "P4", "P5", "P6", "P8"),
    }
    assert RULES.article4_triggers == {"T1", "T2", "T3", "T4", "T5", "T6"}


def test_only_named_settings_are_off_until_named() -> None:
    assert {rule.rule_id for rule in RULES.deadlines if rule.overlay} == {"L1", "L2", "R10"}
