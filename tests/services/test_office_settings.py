"""Settings of an office: they hold at once for its open cases, are refused with a reason, and never undo a breach."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from incident_desk.domain.errors import ChangedMeanwhile, DomainError
from incident_desk.extensions import db
from incident_desk.models import ClockRecord, JournalEntry
from incident_desk.services.calls import call_taking
from incident_desk.services.law import clocks, office_settings
from tests.conftest import NOW
from tests.people import actor
from tests.services.sheets import LEARNED, NOTHING_KNOWN, sheet

pytestmark = pytest.mark.usefixtures("app_context")
LADDER: list[dict[str, Any]] = [{"after_min": 0, "whom": "leaders"}]


def change(overlays: list[str], accounts: tuple[str, ...] = ("wechat",), ladder: Any = None, **more: Any) -> None:
    leader = actor("leader")
    version = more.pop("version", office_settings.view(leader).version)
    now = more.pop("now", NOW)
    office_settings.change(
        overlays, accounts, LADDER if ladder is None else ladder, expected_version=version, actor=leader, now=now
    )


def rules(case_no: str) -> dict[str, clocks.CaseClock]:
    return {line.clock.rule_id: line for line in clocks.clocks_of(actor("officer"), case_no)}


def test_an_overlay_starts_and_ends_in_the_open_cases_at_once(app_context: Any) -> None:
    case_no = call_taking.take_call(sheet(NOTHING_KNOWN), actor=actor("officer"), now=NOW).case_no
    assert "L2" not in rules(case_no)
    change(["L2"])
    assert rules(case_no)["L2"].clock.due_at == LEARNED + timedelta(hours=1)
    change([])
    assert rules(case_no)["L2"].clock.is_closed
    kinds = db.session.scalars(select(JournalEntry.kind).where(JournalEntry.kind == "office.settings_changed")).all()
    assert len(kinds) == 2


def test_a_breach_of_an_overlay_stays_when_it_is_switched_off(app_context: Any) -> None:
    case_no = call_taking.take_call(sheet(NOTHING_KNOWN), actor=actor("officer"), now=NOW).case_no
    change(["L2"])
    clocks.tick(LEARNED + timedelta(hours=2))
    change([], now=LEARNED + timedelta(hours=2, minutes=1))
    row = db.session.scalars(select(ClockRecord).where(ClockRecord.rule_id == "L2")).one()
    assert row.is_open
    assert row.overdue_at is not None
    assert rules(case_no)["L2"].clock.rule_id == "L2"


def test_the_same_settings_again_write_nothing(app_context: Any) -> None:
    change(["L1"])
    change(["L1"])
    kinds = db.session.scalars(select(JournalEntry.kind).where(JournalEntry.kind == "office.settings_changed")).all()
    assert len(kinds) == 1


@pytest.mark.parametrize(
    ("overlays", "accounts", "ladder", "field"),
    [
        (["R1"], ("wechat",), LADDER, "overlays"),
        (["L1"], ("carrier pigeon",), LADDER, "accounts"),
        (["L1"], ("wechat",), [{"after_min": "", "whom": "leaders"}], "ladder"),
        (["L1"], ("wechat",), [], "ladder"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(
    app_context: Any, overlays: list[str], accounts: tuple[str, ...], ladder: Any, field: str
) -> None:
    with pytest.raises(DomainError) as refused:
        change(overlays, accounts, ladder)
    assert refused.value.field == field
    assert office_settings.view(actor("leader")).overlays == frozenset()


def test_two_who_set_at_once_do_not_overwrite_each_other(app_context: Any) -> None:
    version = office_settings.view(actor("leader")).version
    change(["L1"])
    with pytest.raises(ChangedMeanwhile):
        change(["L2"], version=version)
