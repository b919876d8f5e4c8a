"""From draft to release: each step on record, nothing out that was not cleared, nothing half-written when refused."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import func, select

from incident_desk.domain.calls.occurrence import TimeInFuture
from incident_desk.domain.disclosure.approval import (
    ChainWrong,
    ClearedByItsWriter,
    DraftState,
    ReasonMissing,
    StepBeforeText,
    StepHearerMissing,
    StepManner,
    StepPageMissing,
)
from incident_desk.domain.disclosure.drafts import DraftContent, DraftHeldBack, UnapprovedNumber
from incident_desk.domain.disclosure.stated_figures import FigureKind, FigureUnit, FigureUnreadable
from incident_desk.domain.errors import ChangedMeanwhile, NotAllowed, NotFound
from incident_desk.domain.law.legal_codes import ClockState, Issuer, ReleaseChannel
from incident_desk.domain.permissions import Actor, Role
from incident_desk.extensions import db
from incident_desk.models import DraftStep, DraftVersion, Incident, Release, Task
from incident_desk.records.images import NotAnImage
from incident_desk.services.calls import call_taking
from incident_desk.services.disclosure import chains, draft_steps, drafts, figures, releases
from incident_desk.services.disclosure.draft_steps import Publication, StepWord
from incident_desk.services.disclosure.figures import FigureEntry
from incident_desk.services.law import clocks
from tests.conftest import NOW
from tests.people import actor
from tests.services.entries import entries
from tests.services.sheets import sheet

pytestmark = pytest.mark.usefixtures("app_context")
HOUR = timedelta(hours=1)
LATER = NOW + HOUR
TEXT = DraftContent(
    issuer=Issuer.GOVERNMENT,
    issuer_name="十堰市人民政府",
    channel=ReleaseChannel.WECHAT,
    account="十堰发布",
    title="关于堵河苯胺泄漏的情况通报",
    text="部分苯胺进入堵河，黄龙滩断面苯胺浓度为0.35mg/L。请勿取用堵河河水。下次发布时间：11月21日8时前。",
    pollutant="苯胺",
    range_text="堵河",
    measures="请勿取用堵河河水",
    next_notice_at=NOW.replace(hour=0, minute=0) + timedelta(days=1),
)
FIGURE = FigureEntry(FigureKind.RESULT, "苯胺", "黄龙滩断面", "0.350", FigureUnit.MG_L, "十环监字第12号", NOW)


def opened() -> str:
    return call_taking.take_call(sheet(), actor=actor("officer"), now=NOW).case_no


def with_figure(case_no: str) -> None:
    row = figures.enter(case_no, FIGURE, actor=actor("officer"), now=NOW)
    figures.approve(case_no, row.id, actor=actor("officer2"), now=NOW)


def begun(case_no: str, content: DraftContent = TEXT, **more: Any) -> int:
    return drafts.begin(case_no, content, actor=actor("officer"), now=NOW, **more).number


def view(case_no: str, number: int = 1) -> drafts.DraftView:
    return drafts.one(actor("officer"), case_no, number, now=LATER)


def word(case_no: str, number: int = 1, **more: Any) -> StepWord:
    found = view(case_no, number)
    return StepWord(**{"step": found.next_index, "digest": found.newest.digest, **more})


def taken(case_no: str, login: str, number: int = 1, **more: Any) -> None:
    draft_steps.take(case_no, number, word(case_no, number, **more), actor=actor(login), now=LATER)


def cleared(case_no: str) -> None:
    with_figure(case_no)
    begun(case_no)
    taken(case_no, "officer2")
    taken(case_no, "leader")


POST = Publication(ReleaseChannel.WECHAT, "十堰发布", LATER, link="https://mp.weixin.qq.com/s/example")


def published(case_no: str, publication: Publication = POST, **more: Any) -> Release:
    said = word(case_no, **{"person": "周宣传", **more})
    return draft_steps.publish(case_no, 1, said, publication, actor=actor("officer"), now=LATER + HOUR)


def state(case_no: str, rule: str) -> ClockState:
    lines = clocks.clocks_of(actor("officer"), case_no)
    return next(one.clock for one in lines if one.clock.rule_id == rule).state(LATER + HOUR)


def rows(table: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def picture() -> io.BytesIO:
    out = io.BytesIO()
    Image.new("RGB", (90, 120), "white").save(out, "PNG")
    return io.BytesIO(out.getvalue())


def test_the_whole_chain_ends_in_a_release_with_the_words_that_were_cleared() -> None:
    case_no = opened()
    cleared(case_no)
    assert view(case_no).state is DraftState.CLEARED
    row = published(case_no)
    assert (row.text, row.title, row.account) == (TEXT.text, TEXT.title, "十堰发布")
    assert row.next_notice_at == TEXT.next_notice_at
    assert row.gate["content_complete"] is True
    assert state(case_no, "D1") is ClockState.MET
    steps = view(case_no).row.steps
    assert [(one.step, one.person) for one in steps] == [(1, "李值班"), (2, "赵带班"), (3, "周宣传")]
    assert {one.digest for one in steps} == {view(case_no).newest.digest}
    assert view(case_no).state is DraftState.RELEASED


def test_the_journal_holds_digests_and_no_names() -> None:
    case_no = opened()
    cleared(case_no)
    published(case_no)
    told = [(kind, data) for kind, data in entries(case_no) if kind.startswith("release.")]
    kinds = [kind for kind, _ in told]
    assert kinds[:5] == [
        "release.figure_entered", "release.figure_approved", "release.drafted", "release.step_passed",
        "release.step_passed",
    ]  # fmt: skip
    assert "release.recorded" in kinds
    text = json.dumps([data for _, data in told], ensure_ascii=False)
    assert not [name for name in ("李值班", "赵带班", "周宣传", "苯胺", "堵河") if name in text]


def test_a_number_that_nobody_approved_is_refused_at_every_step_and_nothing_is_written() -> None:
    case_no = opened()
    begun(case_no)
    for login in ("officer2", "leader"):
        with pytest.raises(UnapprovedNumber) as refused:
            taken(case_no, login)
        assert (refused.value.params["paragraph"], refused.value.params["number"]) == (1, "0.35mg/L")
    assert rows(DraftStep) == 0
    row = figures.enter(case_no, FIGURE, actor=actor("officer"), now=NOW)
    with pytest.raises(UnapprovedNumber, match="not yet approved"):
        taken(case_no, "officer2")
    figures.approve(case_no, row.id, actor=actor("officer2"), now=NOW)
    taken(case_no, "officer2")
    assert rows(DraftStep) == 1


def test_a_figure_taken_back_after_clearing_stops_the_release() -> None:
    case_no = opened()
    cleared(case_no)
    (row,) = figures.all_of(actor("officer"), case_no)
    figures.withdraw(case_no, row.id, actor=actor("officer"), now=LATER)
    before = len(entries(case_no))
    with pytest.raises(UnapprovedNumber):
        published(case_no)
    assert (rows(Release), len(entries(case_no))) == (0, before)
    assert state(case_no, "D1") is ClockState.RUNNING


def test_what_the_government_published_is_recorded_whatever_its_numbers() -> None:
    case_no = opened()
    content = TEXT.as_release(published_at=LATER, link="https://example.org/1")
    row = releases.record(case_no, content, actor=actor("officer"), now=LATER)
    assert [one["expected"] for one in row.gate["gaps"] if one["gap"] == "unapproved_number"] == ["0.35mg/L"]
    assert state(case_no, "D1") is ClockState.MET


def test_a_change_after_clearing_sends_it_back() -> None:
    case_no = opened()
    cleared(case_no)
    changed = replace(TEXT, title="另一个标题")
    drafts.write(case_no, 1, changed, actor=actor("officer"), now=LATER, expected_version=1)
    assert (view(case_no).state, view(case_no).next_index) == (DraftState.IN_CHAIN, 1)
    with pytest.raises(draft_steps.NotClearedYet):
        published(case_no)
    drafts.write(case_no, 1, TEXT, actor=actor("officer"), now=LATER, expected_version=2)
    with pytest.raises(draft_steps.NotClearedYet):
        published(case_no)
    drafted = [data for kind, data in entries(case_no) if kind == "release.drafted"]
    assert [data["sent_back"] for data in drafted] == [False, True, False]
    assert [one.snapshot["title"] for one in view(case_no).row.versions] == [TEXT.title, "另一个标题", TEXT.title]


def test_the_same_text_again_is_no_version() -> None:
    case_no = opened()
    begun(case_no)
    drafts.write(case_no, 1, TEXT, actor=actor("officer"), now=LATER, expected_version=1)
    assert rows(DraftVersion) == 1


def test_of_two_writers_the_later_sees_both() -> None:
    case_no = opened()
    begun(case_no)
    drafts.write(case_no, 1, replace(TEXT, title="甲"), actor=actor("officer"), now=LATER, expected_version=1)
    with pytest.raises(ChangedMeanwhile) as refused:
        drafts.write(case_no, 1, replace(TEXT, title="乙"), actor=actor("officer2"), now=LATER, expected_version=1)
    assert refused.value.params["current"]["title"] == "甲"  # type: ignore[index]


def test_only_the_text_that_was_read_is_passed() -> None:
    case_no = opened()
    with_figure(case_no)
    begun(case_no)
    read = word(case_no)
    drafts.write(case_no, 1, replace(TEXT, title="甲"), actor=actor("officer"), now=LATER, expected_version=1)
    with pytest.raises(draft_steps.TextChanged):
        draft_steps.take(case_no, 1, read, actor=actor("officer2"), now=LATER)


def test_no_step_is_left_out_or_taken_twice() -> None:
    case_no = opened()
    with_figure(case_no)
    begun(case_no)
    first = word(case_no)
    with pytest.raises(draft_steps.StepNotNext):
        draft_steps.take(case_no, 1, replace(first, step=2), actor=actor("leader"), now=LATER)
    draft_steps.take(case_no, 1, first, actor=actor("officer2"), now=LATER)
    with pytest.raises(draft_steps.StepNotNext):
        draft_steps.take(case_no, 1, first, actor=actor("officer2"), now=LATER)
    with pytest.raises(draft_steps.NotClearedYet):
        published(case_no)
    taken(case_no, "leader")
    with pytest.raises(draft_steps.StepNotNext):
        taken(case_no, "leader")


def test_whoever_wrote_it_does_not_clear_it_also_not_through_a_program() -> None:
    case_no = opened()
    with_figure(case_no)
    drafts.begin(case_no, TEXT, actor=actor("leader"), now=NOW)
    taken(case_no, "officer2")
    with pytest.raises(ClearedByItsWriter):
        taken(case_no, "leader")
    leader = actor("leader")
    program = Actor("token:9", leader.office, Role.LEADER, "a program", leader.person_id)
    with pytest.raises(ClearedByItsWriter):
        draft_steps.take(case_no, 1, word(case_no), actor=program, now=LATER)
    nobody = Actor("token:9", leader.office, Role.LEADER, "a program", None)
    with pytest.raises(NotAllowed):
        draft_steps.take(case_no, 1, word(case_no), actor=nobody, now=LATER)


def test_an_officer_does_not_clear_at_the_desk_but_records_the_word_of_who_does() -> None:
    case_no = opened()
    with_figure(case_no)
    begun(case_no)
    taken(case_no, "officer2")
    with pytest.raises(NotAllowed):
        taken(case_no, "officer2")
    by_phone = {"manner": StepManner.BY_TELEPHONE, "person": "赵带班"}
    with pytest.raises(StepHearerMissing):
        taken(case_no, "officer2", **by_phone)
    taken(case_no, "officer2", **by_phone, second_hearer="王值班")
    said = view(case_no).row.steps[-1]
    assert (said.person, said.second_hearer, said.person_ref) == ("赵带班", "王值班", None)
    assert db.session.scalar(select(Task.kind).where(Task.done_at.is_(None), Task.kind == "confirm_signature"))


def test_a_word_by_telephone_is_confirmed_by_whoever_gave_it() -> None:
    case_no = opened()
    with_figure(case_no)
    begun(case_no)
    taken(case_no, "officer2")
    taken(case_no, "officer2", manner=StepManner.BY_TELEPHONE, person="赵带班", second_hearer="王值班")
    at_desk, by_phone = (one.id for one in view(case_no).row.steps)
    with pytest.raises(draft_steps.NotWhoSpoke):
        draft_steps.confirm(case_no, 1, by_phone, actor=actor("officer2"), now=LATER)
    with pytest.raises(draft_steps.NothingToConfirm):
        draft_steps.confirm(case_no, 1, at_desk, actor=actor("officer2"), now=LATER)
    with pytest.raises(NotFound):
        draft_steps.confirm(case_no, 1, 99, actor=actor("leader"), now=LATER)
    draft_steps.confirm(case_no, 1, by_phone, actor=actor("leader"), now=LATER)
    assert view(case_no).row.steps[-1].confirmed_at == LATER
    assert not db.session.scalar(select(Task.id).where(Task.done_at.is_(None), Task.kind == "confirm_signature"))


def test_a_signed_page_is_kept_with_the_step() -> None:
    case_no = opened()
    with_figure(case_no)
    begun(case_no)
    on_paper = {"manner": StepManner.PAGE_PHOTO, "person": "孙核对"}
    with pytest.raises(StepPageMissing):
        taken(case_no, "officer", **on_paper)
    with pytest.raises(NotAnImage):
        taken(case_no, "officer", **on_paper, page=io.BytesIO(b"no picture"))
    taken(case_no, "officer", **on_paper, page=picture())
    assert draft_steps.page_digest(view(case_no), view(case_no).row.steps[-1].id)


def test_times_that_cannot_be_are_refused() -> None:
    case_no = opened()
    with_figure(case_no)
    begun(case_no)
    with pytest.raises(TimeInFuture):
        taken(case_no, "officer2", at=LATER + HOUR)
    with pytest.raises(StepBeforeText):
        taken(case_no, "officer2", at=NOW - HOUR)
    taken(case_no, "officer2", at=NOW - timedelta(seconds=30))


def test_gaps_hold_it_back_until_whoever_clears_says_why() -> None:
    case_no = opened()
    with_figure(case_no)
    begun(case_no, replace(TEXT, measures=""))
    taken(case_no, "officer2")
    with pytest.raises(DraftHeldBack):
        taken(case_no, "leader")
    taken(case_no, "leader", note="情况紧急，防护措施随后补发")
    assert view(case_no).state is DraftState.CLEARED
    passed = [data for kind, data in entries(case_no) if kind == "release.step_passed"]
    assert [data["overruled"] for data in passed] == [False, True]


def test_sending_back_needs_a_reason_and_begins_anew() -> None:
    case_no = opened()
    cleared(case_no)
    back = word(case_no)
    with pytest.raises(ReasonMissing):
        draft_steps.send_back(case_no, 1, back, actor=actor("officer"), now=LATER)
    draft_steps.send_back(case_no, 1, replace(back, note="宣传部门要求改口径"), actor=actor("officer"), now=LATER)
    assert (view(case_no).state, view(case_no).next_index) == (DraftState.SENT_BACK, 1)
    with pytest.raises(draft_steps.NotClearedYet):
        published(case_no)


def test_one_text_on_several_accounts_is_several_releases() -> None:
    case_no = opened()
    cleared(case_no)
    first = published(case_no)
    second = published(case_no, replace(POST, channel=ReleaseChannel.WEIBO, account="十堰发布微博"))
    assert second.id != first.id
    assert [one.release_id for one in view(case_no).row.publications] == [first.id, second.id]
    assert [one.step for one in view(case_no).row.steps] == [1, 2, 3]


def test_the_same_publication_twice_is_one() -> None:
    case_no = opened()
    cleared(case_no)
    assert published(case_no).id == published(case_no).id
    assert (rows(Release), len(view(case_no).row.publications)) == (1, 1)


def test_a_record_taken_back_may_be_published_again() -> None:
    case_no = opened()
    cleared(case_no)
    row = published(case_no)
    releases.take_back(case_no, row.id, reason="并未发出", actor=actor("officer"), now=LATER + HOUR)
    assert view(case_no).state is DraftState.CLEARED
    assert published(case_no, replace(POST, account="政府网站", channel=ReleaseChannel.WEBSITE)).id != row.id


def test_a_conference_is_not_recorded_here() -> None:
    case_no = opened()
    cleared(case_no)
    with pytest.raises(draft_steps.NotPublishedHere):
        published(case_no, replace(POST, channel=ReleaseChannel.PRESS_CONFERENCE))
    with pytest.raises(releases.PublishedAtMissing):
        published(case_no, replace(POST, published_at=None))
    assert rows(Release) == 0


def test_what_is_out_or_dropped_is_closed() -> None:
    case_no = opened()
    cleared(case_no)
    published(case_no)
    begun(case_no)
    drafts.drop(case_no, 2, actor=actor("officer"), now=LATER)
    for number in (1, 2):
        with pytest.raises(drafts.DraftClosed):
            drafts.write(
                case_no, number, replace(TEXT, title="x"), actor=actor("officer"), now=LATER, expected_version=None
            )
    with pytest.raises(drafts.DraftClosed):
        drafts.drop(case_no, 1, actor=actor("officer"), now=LATER)
    with pytest.raises(drafts.DraftClosed):
        taken(case_no, "officer2", 2, step=1)
    assert view(case_no, 2).state is DraftState.DROPPED


def test_a_draft_needs_words_and_a_promise_that_can_be_kept() -> None:
    case_no = opened()
    with pytest.raises(drafts.DraftEmpty):
        begun(case_no, replace(TEXT, text=" "))
    with pytest.raises(drafts.NextNoticePassed):
        begun(case_no, replace(TEXT, next_notice_at=NOW))
    with pytest.raises(releases.ReleaseTextTooLong):
        begun(case_no, replace(TEXT, title="x" * 201))
    with pytest.raises(releases.CorrectedUnknown):
        begun(case_no, corrects_id=77)


def test_another_office_sees_no_draft_and_an_office_of_the_case_changes_none() -> None:
    case_no = opened()
    begun(case_no)
    with pytest.raises(NotFound):
        drafts.one(actor("stranger"), case_no, 1, now=LATER)
    with pytest.raises(NotFound):
        drafts.begin(case_no, TEXT, actor=actor("stranger"), now=LATER)
    with pytest.raises(NotFound):
        view(case_no, 2)
    drafts.begin(case_no, TEXT, actor=actor("province"), now=LATER)
    with pytest.raises(NotAllowed):
        drafts.drop(case_no, 2, actor=actor("officer"), now=LATER)


# figures


def test_a_figure_counts_once_a_second_person_approved_it() -> None:
    case_no = opened()
    row = figures.enter(case_no, FIGURE, actor=actor("officer"), now=NOW)
    with pytest.raises(figures.ApprovedByItsEnterer):
        figures.approve(case_no, row.id, actor=actor("officer"), now=NOW)
    officer = actor("officer")
    program = Actor("token:3", officer.office, officer.role, "a program", officer.person_id)
    with pytest.raises(figures.ApprovedByItsEnterer):
        figures.approve(case_no, row.id, actor=program, now=NOW)
    with pytest.raises(NotAllowed):
        figures.approve(case_no, row.id, actor=replace(program, person_id=None), now=NOW)
    assert not figures.register(db.session(), db.session.scalars(select(Incident)).one())[0].is_approved
    figures.approve(case_no, row.id, actor=actor("officer2"), now=NOW)
    assert figures.register(db.session(), db.session.scalars(select(Incident)).one())[0].is_approved


def test_a_figure_names_what_it_is_and_where_it_comes_from() -> None:
    case_no = opened()
    for change in ({"indicator": ""}, {"point": " "}, {"source": ""}, {"sampled_at": None}):
        with pytest.raises(figures.FigureIncomplete):
            figures.enter(case_no, replace(FIGURE, **change), actor=actor("officer"), now=NOW)  # type: ignore[arg-type]
    with pytest.raises(FigureUnreadable):
        figures.enter(case_no, replace(FIGURE, value="约0.3"), actor=actor("officer"), now=NOW)
    with pytest.raises(TimeInFuture):
        figures.enter(case_no, replace(FIGURE, sampled_at=LATER), actor=actor("officer"), now=NOW)
    limit = replace(FIGURE, kind=FigureKind.LIMIT, point="", sampled_at=None, value="0.1", source="GB 3838-2002")
    assert figures.enter(case_no, limit, actor=actor("officer"), now=NOW).id


def test_the_same_figure_twice_is_one_and_one_taken_back_is_not_approved() -> None:
    case_no = opened()
    row = figures.enter(case_no, FIGURE, actor=actor("officer"), now=NOW)
    assert figures.enter(case_no, FIGURE, actor=actor("officer2"), now=NOW).id == row.id
    figures.withdraw(case_no, row.id, actor=actor("officer"), now=NOW)
    with pytest.raises(figures.FigureWithdrawn):
        figures.approve(case_no, row.id, actor=actor("officer2"), now=NOW)
    assert figures.enter(case_no, FIGURE, actor=actor("officer"), now=NOW).id != row.id
    with pytest.raises(NotFound):
        figures.approve(case_no, 99, actor=actor("officer2"), now=NOW)


# the chain of the office


def steps(*titles: str) -> list[dict[str, str]]:
    kinds = ["draft", *["clear"] * (len(titles) - 2), "publish"]
    return [{"kind": kind, "title": title, "holder": ""} for kind, title in zip(kinds, titles, strict=True)]


def test_a_case_keeps_the_chain_it_was_begun_with() -> None:
    case_no = opened()
    chains.set_chain(steps("拟稿", "局长审核", "发布"), actor=actor("leader"), now=LATER)
    begun(case_no)
    assert [step.title for step in view(case_no).chain] == ["拟稿", "数据核对", "指挥部审核", "宣传部门发布"]
    later = call_taking.take_call(sheet(now=LATER), actor=actor("officer"), now=LATER + HOUR).case_no
    drafts.begin(later, TEXT, actor=actor("officer"), now=LATER + HOUR)
    assert [step.title for step in view(later).chain] == ["拟稿", "局长审核", "发布"]


def test_an_office_without_a_chain_goes_by_the_one_above() -> None:
    chains.set_chain(steps("拟稿", "厅长审核", "发布"), actor=actor("province_leader"), now=NOW)
    assert [step.title for step in chains.current(actor("leader")).steps] == ["拟稿", "厅长审核", "发布"]
    assert not chains.current(actor("leader")).is_own


def test_of_two_who_set_the_chain_the_second_is_told() -> None:
    row = chains.set_chain(steps("拟稿", "甲", "发布"), actor=actor("leader"), now=NOW, expected_number=0)
    assert chains.set_chain(steps("拟稿", "甲", "发布"), actor=actor("leader"), now=NOW, expected_number=1).id == row.id
    with pytest.raises(ChangedMeanwhile):
        chains.set_chain(steps("拟稿", "乙", "发布"), actor=actor("leader"), now=NOW, expected_number=0)
    with pytest.raises(ChainWrong):
        chains.set_chain(steps("拟稿", "发布"), actor=actor("leader"), now=NOW)
