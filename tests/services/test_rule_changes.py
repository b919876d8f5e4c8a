"""A change of the rules names the open cases it would touch, and stores nothing."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from incident_desk.domain.law.deadline_tables import read_deadline_table
from incident_desk.domain.law.rulebook import Rulebook
from incident_desk.extensions import db
from incident_desk.models import JournalEntry
from incident_desk.paths import rules_dir
from incident_desk.services.calls import call_taking
from incident_desk.services.cases import case_files
from incident_desk.services.law import rule_changes
from tests.conftest import NOW
from tests.people import actor
from tests.services.sheets import LEARNED, NOTHING_KNOWN, sheet

pytestmark = pytest.mark.usefixtures("app_context")


def candidate(tmp_path: Path, before: str, after: str) -> Rulebook:
    """The shipped rules with one table in which *before* reads *after*."""
    text = (rules_dir() / "reporting.toml").read_text("utf-8")
    assert before in text
    table = tmp_path / "reporting.toml"
    table.write_text(text.replace(before, after, 1), "utf-8")
    return rule_changes.with_table(Rulebook.shipped(), read_deadline_table(table))


def test_a_shorter_limit_names_the_open_case_with_both_limits(tmp_path: Path) -> None:
    case_no = call_taking.take_call(sheet(NOTHING_KNOWN), actor=actor("officer"), now=NOW).case_no
    written = db.session.scalar(select(func.count()).select_from(JournalEntry))
    book = candidate(tmp_path, "within_minutes = 240", "within_minutes = 180")
    (found,) = rule_changes.touched(book, now=NOW)
    assert found.case_no == case_no
    assert {one.rule_id for one in found.clocks} == {"R1"}
    (one,) = found.clocks
    assert one.stands is not None
    assert one.would_be is not None
    assert (one.stands.due_at, one.would_be.due_at) == (LEARNED + timedelta(hours=4), LEARNED + timedelta(hours=3))
    assert db.session.scalar(select(func.count()).select_from(JournalEntry)) == written


def test_the_same_rules_touch_nothing(tmp_path: Path) -> None:
    call_taking.take_call(sheet(NOTHING_KNOWN), actor=actor("officer"), now=NOW)
    book = candidate(tmp_path, "within_minutes = 240", "within_minutes = 240")
    assert rule_changes.touched(book, now=NOW) == []


def test_a_closed_case_is_not_touched(tmp_path: Path) -> None:
    case_no = call_taking.take_call(sheet(NOTHING_KNOWN), actor=actor("officer"), now=NOW).case_no
    case_files.close_case(case_no, actor=actor("leader"), now=NOW)
    assert rule_changes.touched(candidate(tmp_path, "within_minutes = 240", "within_minutes = 180"), now=NOW) == []
