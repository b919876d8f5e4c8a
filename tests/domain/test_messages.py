from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident_desk.domain.messages import (
    MessageKind,
    MessageState,
    MessageStateConflict,
    after_receipt,
    lease_expired,
    may_become,
    message_key,
    moved,
    next_attempt_at,
    reference_of,
)
from incident_desk.paths import templates_dir

AT = datetime(2026, 11, 20, 18, 45, tzinfo=UTC)
VENDOR_WORDS = ("accepted", "queued", "sending", "sent", "delivered", "read", "undelivered", "failed", "canceled", "??")


@pytest.mark.parametrize("vendor_word", VENDOR_WORDS)
def test_no_receipt_takes_delivery_back(vendor_word: str) -> None:
    assert after_receipt(MessageState.DELIVERED, vendor_word) is MessageState.DELIVERED


@given(st.permutations(["queued", "sending", "sent", "delivered", "undelivered"]))
def test_delivery_wins_in_any_order_of_receipts(words: list[str]) -> None:
    state = MessageState.HANDED_OVER
    for word in words:
        state = after_receipt(state, word)
    assert state is MessageState.DELIVERED


def test_a_receipt_may_come_before_the_worker_has_marked_the_message() -> None:
    assert after_receipt(MessageState.CLAIMED, "sent") is MessageState.HANDED_OVER


def test_a_late_sent_does_not_revive_a_failed_message() -> None:
    assert after_receipt(MessageState.FAILED, "sent") is MessageState.FAILED


def test_proof_of_delivery_corrects_a_failure() -> None:
    assert after_receipt(MessageState.FAILED, "delivered") is MessageState.DELIVERED


def test_a_receipt_settles_an_uncertain_message() -> None:
    assert after_receipt(MessageState.UNCERTAIN, "queued") is MessageState.HANDED_OVER


def test_a_message_nobody_claimed_is_not_failed_by_a_stray_receipt() -> None:
    assert after_receipt(MessageState.PROMISED, "failed") is MessageState.PROMISED


@pytest.mark.parametrize("state", [MessageState.DELIVERED, MessageState.FAILED, MessageState.REFUSED])
def test_a_finished_message_is_never_claimed_again(state: MessageState) -> None:
    with pytest.raises(MessageStateConflict):
        moved(state, MessageState.CLAIMED)


def test_a_handed_over_message_is_never_claimed_again() -> None:
    assert not may_become(MessageState.HANDED_OVER, MessageState.CLAIMED)


def test_an_uncertain_message_cannot_go_back_to_promised() -> None:
    assert not may_become(MessageState.UNCERTAIN, MessageState.PROMISED)


def test_no_chain_of_allowed_changes_leaves_delivery() -> None:
    assert not any(may_become(MessageState.DELIVERED, state) for state in MessageState)


def test_a_worker_that_died_leaves_an_uncertain_message() -> None:
    assert lease_expired(MessageState.CLAIMED) is MessageState.UNCERTAIN


def test_a_lease_that_ends_after_the_hand_over_changes_nothing() -> None:
    assert lease_expired(MessageState.HANDED_OVER) is MessageState.HANDED_OVER


@pytest.mark.parametrize(("attempts", "seconds"), [(1, 5), (2, 15), (3, 45)])
def test_attempts_are_spaced(attempts: int, seconds: int) -> None:
    assert next_attempt_at(attempts, AT) == AT + timedelta(seconds=seconds)


def test_the_schedule_ends() -> None:
    assert next_attempt_at(4, AT) is None


def test_promising_twice_gives_one_key() -> None:
    keys = {message_key("X420300-2026-0001", MessageKind.CALLOUT_REQUEST, "callout:3", "expert:9") for _ in range(2)}
    assert len(keys) == 1


def test_a_second_round_is_another_message() -> None:
    first, second = (message_key("-", MessageKind.CONTACT_TEST, "t", "e:9", round_no) for round_no in (1, 2))
    assert first != second


def test_a_key_cannot_be_forged_by_a_separator() -> None:
    with pytest.raises(ValueError, match="non-empty"):
        message_key("X1", MessageKind.CONTACT_TEST, "a|b", "e")


def test_references_of_a_call_out_to_the_whole_pool_differ() -> None:
    keys = [
        message_key("X420300-2026-0001", MessageKind.CALLOUT_REQUEST, f"callout:{n}", f"expert:{m}")
        for n, m in itertools.product(range(10), range(80))
    ]
    assert len({reference_of(key) for key in keys}) == len(keys)


def test_a_reference_holds_nothing_one_mishears() -> None:
    letters = "".join(reference_of(str(number)) for number in range(500))
    assert not set(letters) & set("0O1ILU")


def test_every_kind_has_its_text_and_every_text_its_kind() -> None:
    assert {path.stem for path in (templates_dir() / "messages").glob("*.txt")} == set(MessageKind)
