"""A text on its way: what holds it back, which chain may be set, which word counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from incident_desk.domain.disclosure.approval import (
    DEFAULT_CHAIN,
    ChainWrong,
    ClearedByItsWriter,
    SpokenByItsRecorder,
    StepBeforeText,
    StepHearerMissing,
    StepManner,
    StepOutcome,
    StepPageMissing,
    StepPersonMissing,
    StepTaken,
    StepTitleMissing,
    check_word,
    read_chain,
    standing,
)
from incident_desk.domain.disclosure.drafts import (
    DraftContent,
    DraftGap,
    UnapprovedNumber,
    UnapprovedNumberInTitle,
    check_draft,
)
from incident_desk.domain.disclosure.public_opinion import AnsweredBeforeSeen, AnsweredWhereMissing, check_answer
from incident_desk.domain.disclosure.releases import ReleaseGap
from incident_desk.domain.disclosure.stated_figures import Figure, FigureKind, FigureUnit
from incident_desk.domain.law.legal_codes import Issuer, ReleaseChannel

NOW = datetime(2026, 11, 20, 18, 45, tzinfo=UTC)
GOOD = DraftContent(
    issuer=Issuer.GOVERNMENT,
    issuer_name="十堰市人民政府",
    channel=ReleaseChannel.WECHAT,
    account="十堰发布",
    title="情况通报",
    text="苯胺进入堵河，断面浓度0.35mg/L。请勿取用堵河河水。下次发布时间：11月21日8时前。",
    pollutant="苯胺",
    range_text="堵河",
    measures="请勿取用堵河河水",
    next_notice_at=datetime(2026, 11, 21, 0, 0, tzinfo=UTC),
)
FIGURE = Figure(1, FigureKind.RESULT, "苯胺", "断面", "0.35", FigureUnit.MG_L, is_approved=True)


def test_a_whole_text_is_not_held_back() -> None:
    found = check_draft(GOOD, now=NOW, figures=[FIGURE])
    assert not found.is_held_back
    assert found.loose_numbers == ()
    found.refuse_numbers()


@pytest.mark.parametrize(
    ("change", "gap"),
    [
        ({"measures": "", "text": GOOD.text}, ReleaseGap.MEASURES),
        ({"pollutant": ""}, ReleaseGap.POLLUTANT),
        ({"issuer_name": ""}, ReleaseGap.ISSUER_NAME),
        ({"account": ""}, ReleaseGap.ACCOUNT),
        ({"exercise": True}, ReleaseGap.EXERCISE_MARK),
    ],
)
def test_what_the_public_must_learn_holds_it_back(change: dict[str, object], gap: ReleaseGap) -> None:
    found = check_draft(replace(GOOD, **change), now=NOW, figures=[FIGURE])  # type: ignore[arg-type]
    assert gap in [one.gap for one in found.gaps]
    assert found.is_held_back


def test_the_next_notice_must_be_announced_as_promised() -> None:
    silent = GOOD.text.partition("下次发布")[0]
    assert check_draft(replace(GOOD, text=silent, next_notice_at=None), now=NOW).blanks == (DraftGap.NEXT_NOTICE,)
    assert check_draft(replace(GOOD, text=silent), now=NOW).blanks == (DraftGap.NEXT_NOTICE_NOT_IN_TEXT,)
    assert check_draft(replace(GOOD, next_notice_at=None), now=NOW).blanks == ()
    minute = replace(GOOD, next_notice_at=GOOD.next_notice_at + timedelta(minutes=30))  # type: ignore[operator]
    assert check_draft(minute, now=NOW).blanks == (DraftGap.NEXT_NOTICE_NOT_IN_TEXT,)
    assert check_draft(replace(minute, text=f"{silent}下次发布时间：08:30前。"), now=NOW).blanks == ()


def test_a_blank_that_nobody_filled_holds_it_back() -> None:
    assert DraftGap.BLANK_LEFT in check_draft(replace(GOOD, text=f"{GOOD.text}咨询电话：［填写］"), now=NOW).blanks


def test_a_number_is_refused_with_its_place() -> None:
    with pytest.raises(UnapprovedNumber) as refused:
        check_draft(GOOD, now=NOW).refuse_numbers()
    assert refused.value.params["number"] == "0.35mg/L"
    assert (refused.value.params["paragraph"], refused.value.params["position"]) == (1, 12)
    with pytest.raises(UnapprovedNumberInTitle) as in_title:
        check_draft(replace(GOOD, title="苯胺0.4mg/L"), now=NOW, figures=[FIGURE]).refuse_numbers()
    assert in_title.value.field == "title"


def test_the_digest_is_of_every_word() -> None:
    changes = (
        {"text": "x"},
        {"title": "x"},
        {"account": "x"},
        {"channel": ReleaseChannel.WEIBO},
        {"next_notice_at": None},
    )
    assert len({GOOD.digest(), *(replace(GOOD, **change).digest() for change in changes)}) == 6  # type: ignore[arg-type]


# the chain


def rows(*kinds: str) -> list[dict[str, str]]:
    return [{"kind": kind, "title": f"{kind}{at}", "holder": ""} for at, kind in enumerate(kinds)]


@pytest.mark.parametrize(
    "kinds",
    [
        (), ("draft",), ("draft", "publish"), ("draft", "check", "publish"), ("clear", "draft", "publish"),
        ("draft", "clear"), ("draft", "clear", "draft", "publish"), ("draft", "seal", "publish"),
        ("draft", *["check"] * 6, "clear", "publish"),
    ],
)  # fmt: skip
def test_a_chain_that_would_let_a_text_out_unread_is_refused(kinds: tuple[str, ...]) -> None:
    with pytest.raises(ChainWrong):
        read_chain(rows(*kinds))


def test_a_chain_may_be_shorter_or_longer_than_the_shipped_one() -> None:
    assert read_chain([step.to_json() for step in DEFAULT_CHAIN]) == DEFAULT_CHAIN
    assert len(read_chain(rows("draft", "clear", "publish"))) == 3
    assert len(read_chain(rows("draft", "check", "clear", "check", "clear", "publish"))) == 6


@pytest.mark.parametrize("titles", [("拟稿", "", "发布"), ("拟稿", "拟稿", "发布"), ("拟稿", "审" * 21, "发布")])
def test_every_step_has_a_name_of_its_own(titles: tuple[str, ...]) -> None:
    wrong = [row | {"title": title} for row, title in zip(rows("draft", "clear", "publish"), titles, strict=True)]
    with pytest.raises(StepTitleMissing):
        read_chain(wrong)


def word(step: int = 1, version: int = 1, **more: object) -> StepTaken:
    said = {"outcome": StepOutcome.PASSED, "person": "李核对", "manner": StepManner.AT_DESK, "at": NOW} | more
    return StepTaken(step=step, version=version, **said)  # type: ignore[arg-type]


def test_the_text_goes_from_step_to_step() -> None:
    assert standing(DEFAULT_CHAIN, [], 1).next_step == 1
    assert standing(DEFAULT_CHAIN, [word(1)], 1).next_step == 2
    cleared = standing(DEFAULT_CHAIN, [word(1), word(2)], 1)
    assert (cleared.next_step, cleared.is_cleared) == (3, True)


def test_a_change_after_clearing_begins_the_chain_anew() -> None:
    changed = standing(DEFAULT_CHAIN, [word(1), word(2)], 2)
    assert (changed.next_step, changed.is_cleared) == (1, False)


def test_what_was_sent_back_begins_anew() -> None:
    back = standing(DEFAULT_CHAIN, [word(1), word(2, outcome=StepOutcome.SENT_BACK, note="数据不全")], 1)
    assert back.next_step == 1
    assert back.sent_back is not None
    assert back.sent_back.note == "数据不全"
    again = standing(DEFAULT_CHAIN, [word(1), word(2, outcome=StepOutcome.SENT_BACK), word(1)], 1)
    assert (again.next_step, again.sent_back) == (2, None)


def checked(said: StepTaken, step: int = 2) -> None:
    check_word(said, DEFAULT_CHAIN[step], writer="王拟稿", recorder="王拟稿", written_at=NOW - timedelta(minutes=5))


def test_a_word_that_counts() -> None:
    checked(word(2, person="赵指挥"))
    checked(word(2, person="赵指挥", manner=StepManner.BY_TELEPHONE, second_hearer="李旁听"))
    checked(word(2, person="赵指挥", manner=StepManner.PAGE_PHOTO, page_sha256="0" * 64))
    checked(word(2, person="赵指挥", manner=StepManner.BY_TELEPHONE, outcome=StepOutcome.SENT_BACK))


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"person": " "}, StepPersonMissing),
        ({"manner": StepManner.BY_TELEPHONE}, StepHearerMissing),
        ({"manner": StepManner.BY_TELEPHONE, "second_hearer": "赵指挥"}, StepHearerMissing),
        ({"manner": StepManner.BY_TELEPHONE, "second_hearer": "王拟稿"}, StepHearerMissing),
        ({"manner": StepManner.BY_TELEPHONE, "person": "王拟稿", "second_hearer": "李旁听"}, SpokenByItsRecorder),
        ({"manner": StepManner.PAGE_PHOTO}, StepPageMissing),
        ({"person": "王拟稿"}, ClearedByItsWriter),
        ({"at": NOW - timedelta(hours=1)}, StepBeforeText),
    ],
)
def test_a_word_that_does_not_count(change: dict[str, object], error: type[Exception]) -> None:
    with pytest.raises(error):
        checked(word(2, **{"person": "赵指挥", **change}))


def test_the_writer_may_compare_numbers_but_not_clear() -> None:
    checked(word(1, person="王拟稿"), step=1)


def test_an_answer_comes_after_the_question_and_can_be_found() -> None:
    check_answer(seen_at=NOW, answered_at=NOW, where="十堰发布")
    with pytest.raises(AnsweredBeforeSeen):
        check_answer(seen_at=NOW, answered_at=NOW - timedelta(minutes=1), where="十堰发布")
    with pytest.raises(AnsweredWhereMissing):
        check_answer(seen_at=NOW, answered_at=NOW, where=" ")
