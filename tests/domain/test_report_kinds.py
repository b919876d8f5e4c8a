"""Which field each kind of report asks for, what it is called, and what changed between two texts."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from incident_desk.domain.law.legal_codes import Grade, Recipient, ReportForm, ReportKind
from incident_desk.domain.law.rulebook import Rulebook
from incident_desk.domain.reports.addressees import (
    all_addressees,
    department_of,
    in_order,
    peer_departments,
    required_departments,
    rule_code,
    suggested,
)
from incident_desk.domain.reports.report_differences import TextChange, differences, pieces_of
from incident_desk.domain.reports.report_fields import FieldNeed, report_fields
from incident_desk.domain.reports.report_snapshots import draft_from_snapshot
from incident_desk.domain.reports.report_titles import numeral_zh, title_zh
from incident_desk.domain.reports.reporting import ReportValues, draft_report
from tests.records.sample_report import FULL, NOW

Y, U, W, N = FieldNeed.REQUIRED, FieldNeed.UNKNOWN_ALLOWED, FieldNeed.WATER, FieldNeed.NOT_NEEDED
MATRIX = {
    "report_no": (Y, Y, Y, Y), "occurred": (U, U, Y, Y), "learned": (Y, Y, Y, Y), "place": (Y, Y, Y, Y),
    "region": (Y, Y, Y, Y), "coordinates": (U, Y, Y, Y), "info_source": (Y, Y, Y, Y), "medium": (U, Y, Y, Y),
    "cause": (U, U, Y, Y), "nature": (U, Y, Y, Y), "course": (Y, Y, Y, Y), "pollutants": (U, U, Y, Y),
    "amounts": (U, U, Y, Y), "monitoring": (N, U, Y, Y), "casualties": (Y, Y, Y, Y), "receptors": (U, Y, Y, Y),
    "intakes": (U, W, Y, Y), "pollution_range": (U, Y, Y, Y), "trend": (U, Y, Y, Y), "measures_taken": (Y, Y, Y, Y),
    "measures_planned": (Y, Y, Y, Y), "advice": (Y, Y, Y, Y), "grade_line": (Y, Y, Y, Y), "grade_basis": (Y, Y, Y, Y),
    "sketch_map": (N, Y, Y, Y), "photos": (N, Y, Y, Y), "reporter_unit": (Y, Y, Y, Y), "signatory": (Y, Y, Y, Y),
    "contact": (Y, Y, Y, Y), "contact_phone": (Y, Y, Y, Y), "losses": (N, N, N, Y), "social_effect": (N, N, N, Y),
    "remaining_problems": (N, N, N, Y), "accountability": (N, N, N, Y), "progress": (N, N, Y, Y),
}  # fmt: skip
"""The table of the domain's reference page (reporting, section 2): by telephone, in writing, follow-up, result."""


def test_the_matrix_is_the_table_of_the_reference() -> None:
    shipped = {row.field: tuple(row.needs.values()) for row in report_fields()}
    for field, needs in MATRIX.items():
        assert shipped[field] == needs, field
    assert {field for field in shipped if field not in MATRIX} == {"triggers", "secret_items"}


def test_a_follow_up_asks_for_progress_and_a_result_for_its_four_parts() -> None:
    result = ("losses", "social_effect", "remaining_problems", "accountability")
    for kind, fields in (
        (ReportKind.INITIAL, ()), (ReportKind.FOLLOW_UP, ("progress",)), (ReportKind.RESULT, ("progress", *result)),
    ):  # fmt: skip
        draft = draft_report(FULL, NOW, kind=kind)
        assert {field for field in ("progress", *result) if draft.line(field)} == set(fields)
        assert {task.field for task in draft.tasks} >= set(fields)


@pytest.mark.parametrize("kind", ReportKind)
@pytest.mark.parametrize("form", ReportForm)
def test_nothing_known_is_still_a_report_of_every_kind(kind: ReportKind, form: ReportForm) -> None:
    draft = draft_report(ReportValues("X", exercise=True, learned_at=NOW), NOW, kind=kind, form=form)
    missing = [line for line in draft.lines if not line.known]
    assert missing
    assert all(line.text for line in missing)
    assert {line.field for line in missing} == {task.field for task in draft.tasks}


def test_the_title_names_the_kind() -> None:
    said = {
        kind: title_zh(kind, where="十堰市", substances=("苯胺",), follow_up_no=2, exercise=False)
        for kind in ReportKind
    }
    assert said == {
        ReportKind.INITIAL: "关于十堰市涉苯胺突发环境事件的报告（初报）",
        ReportKind.FOLLOW_UP: "关于十堰市涉苯胺突发环境事件的报告（续报二）",
        ReportKind.RESULT: "关于十堰市涉苯胺突发环境事件处理结果的报告",
    }


@pytest.mark.parametrize(
    ("number", "word"),
    [(1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (21, "二十一"), (99, "九十九"), (100, "100")],
)
def test_numbers_are_written_as_in_documents(number: int, word: str) -> None:
    assert numeral_zh(number) == word


def test_urgency_is_part_of_what_is_signed_and_old_drafts_keep_their_digest() -> None:
    old = draft_report(FULL, NOW, kind=ReportKind.INITIAL)
    new = draft_report(FULL, NOW, kind=ReportKind.INITIAL, urgency="plain")
    assert b"urgency" not in old.snapshot()
    assert old.digest() != new.digest()
    for draft in (old, new):
        assert draft_from_snapshot(json.loads(draft.snapshot())).digest() == draft.digest()


def test_chinese_changes_by_the_character_and_numbers_whole() -> None:
    pieces = pieces_of("泄漏量5吨，死亡0人", "泄漏量15.5吨，死亡0人、受伤1人")
    said = [(piece.change.value, piece.text) for piece in pieces]
    assert ("removed", "5") in said
    assert ("added", "15.5") in said
    assert "".join(p.text for p in pieces if p.change is not TextChange.ADDED) == "泄漏量5吨，死亡0人"
    assert "".join(p.text for p in pieces if p.change is not TextChange.REMOVED) == "泄漏量15.5吨，死亡0人、受伤1人"


def test_only_what_differs_is_named_as_changed() -> None:
    before = draft_report(FULL, NOW, kind=ReportKind.INITIAL)
    after = draft_report(replace(FULL, trend="已到黄龙滩"), NOW, kind=ReportKind.INITIAL)
    assert [one.field for one in differences(before, after) if one.is_changed] == ["trend"]
    assert not any(one.is_changed for one in differences(before, before))


def test_every_department_of_a_water_incident_has_a_name_at_every_level() -> None:
    offices = Rulebook.shipped().offices
    wanted = required_departments(is_water=True)
    assert len(wanted) == 7
    assert required_departments(is_water=False) == ("peer_departments.emergency_management",)
    for code in wanted:
        department = department_of(code)
        assert department is not None
        for office in ("420000", "420300", "420323", "429004"):
            assert department.name_zh(offices.get(office)).startswith(offices.get(office).area_zh)
        assert rule_code(code) == Recipient.PEER_DEPARTMENTS
    assert {one.code for one in peer_departments()} >= {"water", "health", "transport", "police", "agriculture"}


def test_addressees_stand_in_the_order_of_the_hierarchy() -> None:
    assert in_order(["peer_departments.water", "ministry", "own_government"]) == (
        "own_government", "ministry", "peer_departments.water",
    )  # fmt: skip
    assert "peer_departments" not in all_addressees()


def test_the_province_also_tells_the_duty_room_of_serious_incidents() -> None:
    province = Rulebook.shipped().offices.get("420000")
    prefecture = Rulebook.shipped().offices.get("420300")
    assert suggested(province, Grade.II, is_sensitive=False) == (
        Recipient.OWN_GOVERNMENT, Recipient.PROVINCIAL_DUTY_ROOM,
    )  # fmt: skip
    assert suggested(province, None, is_sensitive=True)
    assert not suggested(province, Grade.III, is_sensitive=True)
    assert not suggested(prefecture, Grade.I, is_sensitive=True)
