"""Around a release: conferences meet D2, opinion is answered, corrections, what was public when, and the archive."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, inspect, select

from incident_desk.domain.calls.occurrence import TimeInFuture
from incident_desk.domain.disclosure.approval import ReasonMissing
from incident_desk.domain.disclosure.public_opinion import (
    AnsweredBeforeSeen,
    AnsweredWhereMissing,
    OpinionKind,
    OpinionSource,
    OpinionTextMissing,
)
from incident_desk.domain.disclosure.releases import ReleaseContent
from incident_desk.domain.errors import ChangedMeanwhile, DomainError, NotAllowed, NotFound
from incident_desk.domain.law.findings import ConferenceOwed
from incident_desk.domain.law.legal_codes import ClockState, Issuer, ReleaseChannel
from incident_desk.extensions import db
from incident_desk.models import FindingRecord, PressConference, PublicState, Release
from incident_desk.records import verifier
from incident_desk.services import database
from incident_desk.services.archives import archive
from incident_desk.services.calls import call_taking
from incident_desk.services.disclosure import (
    conferences,
    draft_steps,
    drafts,
    opinions,
    public_page,
    public_states,
    releases,
)
from incident_desk.services.disclosure.conferences import Conference, Transcript
from incident_desk.services.disclosure.opinions import OpinionEntry
from incident_desk.services.disclosure.releases import Circumstances
from incident_desk.services.law import clocks, findings, grading
from tests.conftest import NOW
from tests.people import actor
from tests.services import test_release_drafts as on_the_way
from tests.services.entries import entries
from tests.services.sheets import NOTHING_KNOWN, sheet
from tests.services.test_releases import GOOD

pytestmark = pytest.mark.usefixtures("app_context")
HOUR = timedelta(hours=1)
LATER = NOW + 2 * HOUR
HELD = Conference("市政府新闻发布厅", "李某 副市长", "张某", "十堰日报\n湖北日报")
SAID = ReleaseContent(
    issuer=Issuer.GOVERNMENT, issuer_name="十堰市人民政府", channel=ReleaseChannel.PRESS_CONFERENCE, account="",
    title="新闻发布会", text="苯胺进入堵河，请勿取用堵河河水。", pollutant="苯胺", range_text="堵河",
    measures="请勿取用堵河河水", published_at=NOW + HOUR,
)  # fmt: skip
RUMOUR = OpinionEntry(OpinionKind.RUMOUR, OpinionSource.WECHAT, "网传自来水有异味", "听说水不能喝了", "某微信群")


def opened(form: dict[str, Any] | None = None) -> str:
    return call_taking.take_call(sheet(form), actor=actor("officer"), now=NOW).case_no


def mild() -> str:
    """A case judged IV in which nothing is sensitive."""
    case_no = opened(NOTHING_KNOWN)
    grading.judge(case_no, "IV", basis="现场核实", actor=actor("officer"), now=NOW)
    return case_no


def held(case_no: str, conference: Conference = HELD, said: ReleaseContent = SAID, **more: Any) -> PressConference:
    return conferences.record(case_no, conference, said, actor=actor("officer"), now=LATER, **more)


def record_file(name: str = "实录.txt") -> Transcript:
    return Transcript(io.BytesIO("问答实录".encode()), name)


def clock(case_no: str, rule: str) -> Any:
    lines = clocks.clocks_of(actor("officer"), case_no)
    return next((one.clock for one in lines if one.clock.rule_id == rule), None)


def count(table: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(table)) or 0


# press conferences


def test_a_conference_is_a_release_that_meets_the_limit_when_it_was_held() -> None:
    case_no = opened()
    row = held(case_no, transcript=record_file())
    assert clock(case_no, "D2").met_at == NOW + HOUR
    view = conferences.one(actor("officer"), case_no, row.id)
    assert (view.release.channel, view.row.held_at) == ("press_conference", NOW + HOUR)
    assert (row.place, row.spokespeople, row.host, row.media) == (HELD.place, HELD.spokespeople, HELD.host, HELD.media)
    path, media_type, name = conferences.transcript_file(view)
    assert (path.read_text("utf-8"), media_type, name) == ("问答实录", "text/plain", "实录.txt")
    assert view.release.gate["record_complete"] is True


def test_a_conference_lacking_words_is_recorded_with_its_gaps() -> None:
    case_no = opened()
    row = held(case_no, said=replace(SAID, text="", pollutant=""))
    gaps = {one["gap"] for one in conferences.one(actor("officer"), case_no, row.id).release.gate["gaps"]}
    assert {"text", "pollutant", "link_or_capture"} <= gaps
    assert clock(case_no, "D2").state(LATER) is ClockState.MET
    with pytest.raises(NotFound):
        conferences.transcript_file(conferences.one(actor("officer"), case_no, row.id))


@pytest.mark.parametrize("change", [{"place": " "}, {"spokespeople": ""}])
def test_place_and_spokesperson_are_asked_for(change: dict[str, str]) -> None:
    case_no = opened()
    with pytest.raises(conferences.ConferenceIncomplete):
        held(case_no, replace(HELD, **change))
    assert count(Release) == 0


def test_a_file_that_is_no_record_or_a_time_that_cannot_be_is_refused() -> None:
    case_no = opened()
    with pytest.raises(conferences.TranscriptWrongKind):
        held(case_no, transcript=record_file("run.exe"))
    with pytest.raises(TimeInFuture):
        held(case_no, said=replace(SAID, published_at=LATER + HOUR))
    with pytest.raises(releases.PublishedAtMissing):
        held(case_no, said=replace(SAID, published_at=None))
    assert (count(Release), count(PressConference)) == (0, 0)


def test_the_same_conference_twice_is_one() -> None:
    case_no = opened()
    assert held(case_no).id == held(case_no).id
    assert count(PressConference) == 1


def test_a_cleared_text_is_read_out_and_is_out_then() -> None:
    case_no = opened()
    on_the_way.cleared(case_no)
    digest = on_the_way.view(case_no).newest.digest
    with pytest.raises(draft_steps.TextChanged):
        held(case_no, said=replace(SAID, published_at=LATER), draft=(1, "0" * 64))
    row = held(case_no, said=replace(SAID, text="", published_at=LATER), draft=(1, digest))
    released = conferences.one(actor("officer"), case_no, row.id).release
    assert (released.text, released.next_notice_at) == (on_the_way.TEXT.text, on_the_way.TEXT.next_notice_at)
    assert on_the_way.view(case_no).row.is_out


def test_a_text_that_was_not_cleared_is_not_read_out() -> None:
    case_no = opened()
    on_the_way.begun(case_no)
    with pytest.raises(draft_steps.NotClearedYet):
        held(case_no, said=replace(SAID, published_at=LATER), draft=(1, on_the_way.view(case_no).newest.digest))
    assert count(Release) == 0


FOUND = {"basis": "一般事件，不涉及敏感情形", "reason": "以网站发布代替", "evidence": "认定记录", "second": "leader"}


def not_owed(case_no: str, now: datetime = LATER, **change: Any) -> FindingRecord:
    return conferences.find_not_owed(case_no, **(FOUND | change), actor=actor("officer"), now=now)


def test_two_persons_find_that_no_conference_is_owed() -> None:
    case_no = mild()
    assert conferences.offers_not_owed(actor("officer"), case_no, LATER)
    row = not_owed(case_no)
    assert clock(case_no, "D2").state(LATER) is ClockState.RUNNING
    findings.confirm(case_no, row.id, actor=actor("leader"), now=LATER)
    assert clock(case_no, "D2").state(LATER) is ClockState.NOT_APPLICABLE
    assert "王值班、赵带班" in clock(case_no, "D2").not_applicable_reason
    assert not conferences.offers_not_owed(actor("officer"), case_no, LATER)
    with pytest.raises(conferences.NoConferenceClock):
        not_owed(case_no)


@pytest.mark.parametrize(
    "change", [{"basis": " "}, {"reason": ""}, {"evidence": ""}, {"second": ""}, {"second": "officer"}]
)
def test_one_person_alone_or_no_basis_strikes_nothing_out(change: dict[str, str]) -> None:
    case_no = mild()
    with pytest.raises(DomainError):
        not_owed(case_no, **change)
    assert clock(case_no, "D2").state(LATER) is ClockState.RUNNING


def test_a_conference_that_is_owed_is_not_struck_out() -> None:
    unjudged, serious, sensitive = opened(NOTHING_KNOWN), opened(NOTHING_KNOWN), opened()
    grading.judge(serious, "II", basis="现场核实", actor=actor("officer"), now=NOW)
    grading.judge(sensitive, "IV", basis="现场核实", second="赵带班", actor=actor("officer"), now=NOW)
    from incident_desk.services.cases import fact_recording

    data = {"trigger": "T1", "reason": "水源地"}
    fact_recording.record_fact(sensitive, "trigger_known", data, at=NOW, actor=actor("officer"), now=NOW)
    for case_no in (unjudged, serious, sensitive):
        assert not conferences.offers_not_owed(actor("officer"), case_no, LATER)
        with pytest.raises(ConferenceOwed):
            not_owed(case_no)


def test_a_limit_that_passed_is_not_struck_out() -> None:
    case_no = mild()
    with pytest.raises(conferences.NoConferenceClock):
        not_owed(case_no, NOW + timedelta(days=2))


# public opinion


def seen(case_no: str, entry: OpinionEntry = RUMOUR, **more: Any) -> Any:
    return opinions.record(case_no, entry, **{"seen_at": NOW, "actor": actor("officer"), "now": LATER, **more})


def answered(case_no: str, opinion_id: int, **more: Any) -> Any:
    said = {"where": "十堰发布", "answered_at": LATER, "actor": actor("officer"), "now": LATER, **more}
    return opinions.answer(case_no, opinion_id, **said)


def test_a_matter_starts_its_48_hours_when_it_was_seen_and_meets_them_when_answered() -> None:
    case_no = mild()
    row = seen(case_no)
    assert clock(case_no, "D4").due_at == NOW + timedelta(hours=48)
    answered(case_no, row.id)
    assert clock(case_no, "D4").met_at == LATER
    with pytest.raises(opinions.AlreadyAnswered):
        answered(case_no, row.id)


def test_each_matter_has_its_own_clock_also_with_the_same_words() -> None:
    case_no = mild()
    first, second = seen(case_no), seen(case_no)
    answered(case_no, second.id)
    keys = {one.clock.start_key: one.clock.state(LATER) for one in clocks.clocks_of(actor("officer"), case_no)}
    assert keys[opinions.start_key(first)] is ClockState.RUNNING
    assert keys[opinions.start_key(second)] is ClockState.MET


def test_at_the_serious_grades_it_has_no_clock_of_its_own() -> None:
    case_no = opened(NOTHING_KNOWN)
    grading.judge(case_no, "II", basis="现场核实", actor=actor("officer"), now=NOW)
    seen(case_no, seen_at=NOW + HOUR)
    assert clock(case_no, "D4") is None


def test_what_cannot_be_is_refused() -> None:
    case_no = mild()
    with pytest.raises(OpinionTextMissing):
        seen(case_no, replace(RUMOUR, subject=" "))
    with pytest.raises(TimeInFuture):
        seen(case_no, seen_at=LATER + HOUR)
    row = seen(case_no)
    with pytest.raises(AnsweredBeforeSeen):
        answered(case_no, row.id, answered_at=NOW - HOUR)
    with pytest.raises(AnsweredWhereMissing):
        answered(case_no, row.id, where=" ")
    with pytest.raises(TimeInFuture):
        answered(case_no, row.id, answered_at=LATER + HOUR)
    assert clock(case_no, "D4").state(LATER) is ClockState.RUNNING


def test_the_line_to_take_is_set_by_whoever_read_the_last_one() -> None:
    case_no = mild()
    row = seen(case_no)
    opinions.set_line(case_no, row.id, "供水正常。", actor=actor("officer"), now=LATER, expected_version=1)
    with pytest.raises(ChangedMeanwhile):
        opinions.set_line(case_no, row.id, "另一种说法", actor=actor("officer2"), now=LATER, expected_version=1)
    opinions.set_line(case_no, row.id, "供水正常。", actor=actor("officer2"), now=LATER, expected_version=1)
    assert opinions.one(actor("officer"), case_no, row.id).line == "供水正常。"
    assert "供水" not in json.dumps(entries(case_no), ensure_ascii=False)


def test_an_entry_taken_back_takes_its_clock_with_it() -> None:
    case_no = mild()
    row = seen(case_no)
    with pytest.raises(ReasonMissing):
        opinions.take_back(case_no, row.id, reason=" ", actor=actor("officer"), now=LATER)
    opinions.take_back(case_no, row.id, reason="重复", actor=actor("officer"), now=LATER)
    assert clock(case_no, "D4").state(LATER) is ClockState.VOID
    with pytest.raises(opinions.OpinionTakenBack):
        answered(case_no, row.id)


def test_another_office_neither_sees_nor_changes_anything() -> None:
    case_no = mild()
    row, conference = seen(case_no), held(case_no)
    stranger = actor("stranger")
    for act in (
        lambda: opinions.one(stranger, case_no, row.id),
        lambda: opinions.all_of(stranger, case_no),
        lambda: opinions.take_back(case_no, row.id, reason="x", actor=stranger, now=LATER),
        lambda: conferences.one(stranger, case_no, conference.id),
        lambda: conferences.find_not_owed(case_no, **FOUND, actor=stranger, now=LATER),
        lambda: drafts.all_of(stranger, case_no, now=LATER),
    ):
        with pytest.raises(NotFound):
            act()
    own = opinions.record(case_no, RUMOUR, seen_at=NOW, actor=actor("province"), now=LATER)
    with pytest.raises(NotAllowed):
        opinions.set_line(case_no, own.id, "x", actor=actor("officer"), now=LATER)


# corrections, and what was public when


def recorded(case_no: str, content: ReleaseContent = GOOD, *, now: Any = LATER, **more: Any) -> Release:
    return releases.record(case_no, content, actor=actor("officer"), now=now, circumstances=Circumstances(**more))


def corrected(case_no: str) -> tuple[Release, Release]:
    first = recorded(case_no)
    second = recorded(
        case_no, replace(GOOD, title="更正通报", published_at=LATER), now=LATER + HOUR, corrects_id=first.id
    )
    return first, second


def test_both_the_release_and_its_correction_are_shown_with_their_versions() -> None:
    case_no = opened()
    first, second = corrected(case_no)
    newest, older = public_page.public_case(case_no).releases
    assert (newest.view.row.id, newest.version, newest.versions) == (second.id, 2, 2)
    assert (older.view.row.id, older.version, older.versions) == (first.id, 1, 2)
    assert newest.corrects is not None
    assert older.corrected_by is not None
    assert older.corrected_by.row.id == second.id


def test_a_release_of_its_own_is_no_version_of_another() -> None:
    case_no = opened()
    corrected(case_no)
    recorded(case_no, replace(GOOD, title="第2期", published_at=LATER + HOUR), now=LATER + HOUR)
    assert [one.version for one in public_page.public_case(case_no).releases] == [1, 2, 1]


def test_only_what_stands_on_record_here_is_corrected() -> None:
    case_no, other = opened(), opened()
    foreign = recorded(other)
    for corrects in (foreign.id, 99):
        with pytest.raises(releases.CorrectedUnknown):
            recorded(case_no, corrects_id=corrects)
    first = recorded(case_no)
    with pytest.raises(releases.CorrectionTooEarly):
        recorded(case_no, replace(GOOD, title="x", published_at=NOW), corrects_id=first.id)
    releases.take_back(case_no, first.id, reason="记错", actor=actor("officer"), now=LATER)
    with pytest.raises(releases.CorrectedUnknown):
        recorded(case_no, replace(GOOD, title="x"), corrects_id=first.id)


def test_a_correction_goes_through_the_chain_too() -> None:
    case_no = opened()
    first = recorded(case_no)
    on_the_way.with_figure(case_no)
    on_the_way.begun(case_no, corrects_id=first.id)
    on_the_way.taken(case_no, "officer2")
    on_the_way.taken(case_no, "leader")
    post = replace(on_the_way.POST, published_at=LATER)
    row = draft_steps.publish(
        case_no, 1, on_the_way.word(case_no), post, actor=actor("officer"), now=LATER
    )  # fmt: skip
    assert row.corrects_id == first.id


def states(case_no: str) -> list[tuple[Any, Any, list[int]]]:
    rows = db.session.scalars(select(PublicState).order_by(PublicState.id))
    return [(row.from_at, row.to_at, [one["release"] for one in row.shown]) for row in rows]


def test_what_stood_on_the_page_is_known_from_act_to_act() -> None:
    case_no = opened()
    first, second = corrected(case_no)
    releases.show(case_no, first.id, shown=False, actor=actor("officer"), now=LATER + 2 * HOUR)
    releases.take_back(case_no, second.id, reason="记错", actor=actor("officer"), now=LATER + 3 * HOUR)
    assert states(case_no) == [
        (LATER, LATER + HOUR, [first.id]),
        (LATER + HOUR, LATER + 2 * HOUR, [second.id, first.id]),
        (LATER + 2 * HOUR, LATER + 3 * HOUR, [second.id]),
    ]
    rows = db.session.scalars(select(PublicState)).all()
    assert all(public_states.digest_of(row.shown) == row.digest for row in rows)
    told = [data["digest"] for kind, data in entries(case_no) if kind == "release.public_changed"]
    assert told == [*(row.digest for row in rows), None]


def test_a_release_that_is_not_shown_changes_nothing_public() -> None:
    case_no = opened()
    recorded(case_no, on_public_page=False)
    assert states(case_no) == []


# the archive


def test_the_archive_carries_the_whole_of_disclosure(tmp_path: Path) -> None:
    case_no = opened()
    on_the_way.cleared(case_no)
    on_the_way.published(case_no)
    corrected(case_no)
    held(case_no, transcript=record_file())
    answered(case_no, seen(case_no).id)
    written = archive.export_case(case_no, tmp_path, actor=actor("archivist"), now=LATER + HOUR).written
    assert verifier.verify(written.path, expected_digest=written.digest).ok
    (folder,) = (written.path / "data").glob("10*")
    names = {path.name for path in folder.iterdir()}
    tables = ("发布稿", "发布审核流程", "发布数据审核", "新闻发布会", "舆情应对", "公众页面留痕", "更正与下次发布")
    assert {f"{name}.csv" for name in tables} | {f"{name}.json" for name in tables} <= names
    assert [path.read_text("utf-8") for path in folder.glob("*实录*")] == ["问答实录"]
    shown = json.loads((folder / "公众页面留痕.json").read_text("utf-8"))
    assert all(public_states.digest_of(row["shown"]) == row["digest"] for row in shown)
    steps = list(csv.DictReader(io.StringIO((folder / "发布审核流程.csv").read_text("utf-8-sig"))))
    assert [row["环节"] for row in steps] == ["数据核对", "指挥部审核", "宣传部门发布"]


def test_the_schema_goes_down_and_up_with_corrections_in_it() -> None:
    case_no = opened()
    corrected(case_no)
    held(case_no)
    db.session.remove()
    database.downgrade(db.engine, "0002")
    assert "public_state" not in inspect(db.engine).get_table_names()
    database.upgrade(db.engine)
    assert count(Release) == 3
