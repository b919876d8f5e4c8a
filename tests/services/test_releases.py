"""What was published is on record with its digest, its gaps and its clocks; our public page shows what it may."""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import func, select

from incident_desk.domain.calls.occurrence import TimeInFuture
from incident_desk.domain.disclosure.releases import ReleaseContent
from incident_desk.domain.errors import NotFound
from incident_desk.domain.law.legal_codes import ClockState, Issuer, ReleaseChannel
from incident_desk.extensions import db
from incident_desk.models import FactRecord, Incident, JournalEntry, Release
from incident_desk.services.calls import call_taking
from incident_desk.services.disclosure import public_page, release_draft, release_rows, releases
from incident_desk.services.field.content_store import evidence_store
from incident_desk.services.law import clocks
from tests.conftest import NOW
from tests.people import actor
from tests.services.sheets import OCCURRED, sheet

pytestmark = pytest.mark.usefixtures("app_context")
HOUR = timedelta(hours=1)
GOOD = ReleaseContent(
    issuer=Issuer.GOVERNMENT,
    issuer_name="十堰市人民政府",
    channel=ReleaseChannel.WECHAT,
    account="十堰发布",
    title="关于堵河苯胺泄漏的情况通报",
    text="11月21日凌晨，一辆罐车在堵河侧翻，部分苯胺进入堵河。市区自来水供应正常。请勿取用堵河河水，请勿捕捞。",
    pollutant="苯胺",
    range_text="堵河",
    measures="请勿取用堵河河水",
    published_at=NOW + HOUR,
    link="https://mp.weixin.qq.com/s/example",
)


def opened() -> Incident:
    return call_taking.take_call(sheet(), actor=actor("officer"), now=NOW)


def recorded(incident: Incident, content: ReleaseContent = GOOD, **more: Any) -> Release:
    return releases.record(incident.case_no, content, actor=actor("officer"), now=NOW + 2 * HOUR, **more)


def state(incident: Incident, rule: str) -> ClockState:
    lines = clocks.clocks_of(actor("officer"), incident.case_no)
    return next(one.clock for one in lines if one.clock.rule_id == rule).state(NOW + 2 * HOUR)


def test_record_fact_clock_and_journal_stand_together() -> None:
    incident = opened()
    row = recorded(incident)
    entry = db.session.scalar(select(JournalEntry).where(JournalEntry.kind == "release.recorded"))
    assert entry is not None
    assert json.loads(entry.data)["digest"] == row.digest
    assert hashlib.sha256(release_rows.snapshot_bytes(row)).hexdigest() == row.digest
    assert state(incident, "D1") is ClockState.MET
    assert row.gate["content_complete"] is True


def test_the_clock_is_met_when_it_was_published_not_when_it_was_written_down() -> None:
    incident = opened()
    recorded(incident)
    d1 = next(one.clock for one in clocks.clocks_of(actor("officer"), incident.case_no) if one.clock.rule_id == "D1")
    assert d1.met_at == NOW + HOUR


def test_a_post_of_the_bureau_alone_is_not_the_governments_word() -> None:
    incident = opened()
    recorded(incident, replace(GOOD, issuer=Issuer.EEB, issuer_name="十堰市生态环境局"))
    assert state(incident, "D1") is ClockState.RUNNING


def test_every_account_of_the_bureau_is_asked_for() -> None:
    incident = opened()
    for channel in (ReleaseChannel.WECHAT, ReleaseChannel.WEIBO, ReleaseChannel.CLIENT):
        assert state(incident, "D3") is ClockState.RUNNING
        recorded(incident, replace(GOOD, issuer=Issuer.EEB, channel=channel))
    assert state(incident, "D3") is ClockState.MET


def test_what_is_published_is_recorded_with_its_gaps_named() -> None:
    incident = opened()
    row = recorded(incident, replace(GOOD, title="通报", text="情况正在处置。", pollutant="", measures="", link=None))
    gaps = {one["gap"] for one in row.gate["gaps"]}
    assert {"pollutant", "measures", "link_or_capture", "range_not_in_text"} <= gaps
    assert state(incident, "D1") is ClockState.MET


def test_a_time_that_cannot_be_is_asked_for_again() -> None:
    incident = opened()
    with pytest.raises(TimeInFuture):
        recorded(incident, replace(GOOD, published_at=NOW + 3 * HOUR))
    with pytest.raises(releases.PublishedAtMissing):
        recorded(incident, replace(GOOD, published_at=None))
    with pytest.raises(releases.PublishedBeforeHappened):
        recorded(incident, replace(GOOD, published_at=OCCURRED - HOUR))
    assert db.session.scalar(select(func.count()).select_from(Release)) == 0


def picture() -> io.BytesIO:
    out = io.BytesIO()
    Image.new("RGB", (90, 120), "white").save(out, "PNG")
    return io.BytesIO(out.getvalue())


def test_a_capture_is_kept_by_content_and_proves_the_release() -> None:
    incident = opened()
    row = recorded(incident, replace(GOOD, link=None), capture=picture())
    content = picture().getvalue()
    assert row.capture_sha256 == hashlib.sha256(content).hexdigest()
    assert evidence_store().path(row.capture_sha256).read_bytes() == content
    assert row.gate["record_complete"] is True


def test_the_same_release_twice_is_one() -> None:
    incident = opened()
    assert recorded(incident, capture=picture()).id == recorded(incident, capture=picture()).id
    filed = select(func.count()).select_from(FactRecord).where(FactRecord.kind == "release_published")
    assert db.session.scalar(filed) == 1


def test_a_record_taken_back_runs_its_clock_again() -> None:
    incident = opened()
    row = recorded(incident)
    releases.take_back(incident.case_no, row.id, reason="记错案卷", actor=actor("officer"), now=NOW + 2 * HOUR)
    assert state(incident, "D1") is ClockState.RUNNING
    with pytest.raises(NotFound):
        public_page.public_case(incident.case_no)


def test_the_public_page_shows_what_is_on_it_newest_first() -> None:
    incident = opened()
    recorded(incident)
    recorded(incident, replace(GOOD, title="第2期", published_at=NOW + 2 * HOUR))
    shown = public_page.public_case(incident.case_no)
    assert [one.view.content.title for one in shown.releases] == ["第2期", GOOD.title]
    assert [case.case_no for case in public_page.public_cases()] == [incident.case_no]


def test_a_text_with_a_mobile_number_waits_for_a_person_before_our_page_shows_it() -> None:
    incident = opened()
    mobile = "1" + "3" * 10
    row = recorded(incident, replace(GOOD, text=f"{GOOD.text}联系人{mobile}"))
    with pytest.raises(NotFound):
        public_page.public_case(incident.case_no)
    assert row.gate["warnings"] == ["phone_number"]
    assert mobile not in json.dumps(row.gate)
    releases.show(incident.case_no, row.id, shown=True, actor=actor("officer"), now=NOW + 2 * HOUR)
    assert public_page.public_case(incident.case_no).releases[0].view.row.id == row.id


def test_a_link_that_runs_something_is_never_linked_to() -> None:
    incident = opened()
    recorded(incident, replace(GOOD, link="javascript:alert(1)"))
    assert public_page.public_case(incident.case_no).releases[0].view.link is None


def test_a_case_without_release_is_unknown_to_the_public() -> None:
    incident = opened()
    with pytest.raises(NotFound):
        public_page.public_case(incident.case_no)


def test_another_office_records_nothing() -> None:
    incident = opened()
    with pytest.raises(NotFound):
        releases.record(incident.case_no, GOOD, actor=actor("stranger"), now=NOW + 2 * HOUR)


def test_the_draft_names_what_is_known_and_leaves_blanks_for_what_a_person_decides() -> None:
    incident = call_taking.take_call(sheet(plate="鄂C12345"), actor=actor("officer"), now=NOW)
    text = release_draft.suggestion(actor("officer"), incident.case_no, issue=1, now=NOW)
    assert "主要污染物质：苯胺" in text
    assert "堵河某桥" in text
    assert "［填写］" in text
    assert "鄂C12345" not in text
    found = releases.check_draft(actor("officer"), incident.case_no, replace(GOOD, text=text), now=NOW)
    assert not found.warnings
