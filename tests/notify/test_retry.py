from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from incident_desk.domain.messages import MessageState
from incident_desk.notify.channel import HandedOver, Refused, Retry, SendResult, Uncertain
from incident_desk.notify.retry import VendorHealth, after_attempt

AT = datetime(2026, 11, 20, 18, 45, tzinfo=UTC)
WRONG_NUMBER, ACCOUNT = Refused("no such number", 21211), Refused("Authenticate", 20003, vendor_wide=True)


def test_what_did_not_leave_is_promised_again() -> None:
    step = after_attempt(Retry("busy"), attempts=1, vendor=0, vendors=1, now=AT)
    assert (step.state, step.try_at, step.look_first) == (MessageState.PROMISED, AT + timedelta(seconds=5), False)


def test_what_may_have_left_is_looked_for_first() -> None:
    step = after_attempt(Uncertain("time-out"), attempts=2, vendor=0, vendors=1, now=AT)
    assert (step.state, step.try_at, step.look_first) == (MessageState.UNCERTAIN, AT + timedelta(seconds=15), True)


def test_after_the_schedule_the_next_vendor_starts_anew() -> None:
    step = after_attempt(Retry("busy"), attempts=4, vendor=0, vendors=2, now=AT)
    assert (step.state, step.try_at, step.vendor, step.attempts) == (MessageState.PROMISED, AT, 1, 0)


def test_trouble_with_the_account_goes_to_the_next_vendor_at_once() -> None:
    step = after_attempt(ACCOUNT, attempts=1, vendor=0, vendors=2, now=AT)
    assert (step.vendor, step.try_at) == (1, AT)


def test_a_wrong_number_is_wrong_everywhere() -> None:
    assert after_attempt(WRONG_NUMBER, attempts=1, vendor=0, vendors=2, now=AT).state is MessageState.REFUSED


@pytest.mark.parametrize(
    ("result", "state"),
    [(Retry("x"), MessageState.FAILED), (Uncertain("x"), MessageState.FAILED), (ACCOUNT, MessageState.REFUSED)],
)
def test_the_last_vendor_ends_it(result: SendResult, state: MessageState) -> None:
    assert after_attempt(result, attempts=4, vendor=1, vendors=2, now=AT).state is state


def test_a_hand_over_needs_nothing_more() -> None:
    assert after_attempt(HandedOver("SM1"), attempts=1, vendor=0, vendors=1, now=AT).try_at is None


def after(*results: SendResult) -> VendorHealth:
    health = VendorHealth()
    for result in results:
        health = health.after(result, AT)
    return health


def test_three_failures_in_a_row_make_a_vendor_silent() -> None:
    assert [after(*[Uncertain("x")] * count).is_silent(AT) for count in (2, 3)] == [False, True]


@pytest.mark.parametrize("word", [HandedOver("SM1"), WRONG_NUMBER])
def test_any_answer_ends_a_silence(word: SendResult) -> None:
    assert not after(Uncertain("x"), Retry("x"), Uncertain("x"), word).is_silent(AT)


def test_a_silent_vendor_is_tried_again_after_a_minute() -> None:
    assert not after(*[Retry("x")] * 3).is_silent(AT + timedelta(seconds=60))
