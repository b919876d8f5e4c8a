"""Checked, signed in one of three ways, sent, and reached with proof."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from incident_desk.domain.law.legal_codes import Recipient
from incident_desk.domain.reports.sign_off import (
    Delivery,
    DeliveryChannel,
    SecondHearerMissing,
    Signature,
    SignatureImageMissing,
    SignedBeforeDrafted,
    SignGap,
    SignManner,
    SignOff,
    SignState,
    check_signature,
    is_reached,
    reached_at,
    unreached,
)

NOW = datetime(2026, 11, 20, 19, 0, tzinfo=UTC)
DIGEST = "d" * 64
OPEN = SignOff(drafted_at=NOW, digest=DIGEST)
FINGER = Signature(SignManner.FINGER, "李局长", NOW + timedelta(minutes=4), "李局长", DIGEST, image_sha256="e" * 64)
HEARD = Signature(SignManner.BY_TELEPHONE, "李局长", NOW, "王值班", DIGEST, second_hearer="赵带班")
TWO_HOURS = (Recipient.OWN_GOVERNMENT, Recipient.PROVINCE, Recipient.MINISTRY)


def by_phone(recipient: Recipient, minutes: int = 0, name: str | None = "陈") -> Delivery:
    return Delivery(recipient, DeliveryChannel.PHONE, NOW + timedelta(minutes=minutes), "王值班", receiver_name=name)


def test_the_four_states_follow_each_other() -> None:
    checked = replace(OPEN, checked_by="赵", checked_at=NOW)
    signed = replace(checked, signature=FINGER)
    states = [OPEN.state(), checked.state(), signed.state(), signed.state([by_phone(Recipient.PROVINCE)])]
    assert states == list(SignState)


def test_an_unsigned_report_can_be_sent_and_its_gap_stays_named() -> None:
    assert OPEN.state([by_phone(Recipient.PROVINCE)]) is SignState.SENT
    assert SignGap.NOT_SIGNED in OPEN.gaps()


def test_signed_only_is_a_legal_state() -> None:
    signed = replace(OPEN, signature=FINGER, checked_at=NOW)
    assert signed.is_signed_only()
    assert signed.gaps() == ()


def test_with_seal_and_number_it_is_more_than_signed_only() -> None:
    assert not replace(OPEN, signature=FINGER, document_no="〔2026〕1号").is_signed_only()


def test_a_signature_does_not_cover_a_changed_report() -> None:
    changed = replace(OPEN, signature=FINGER, digest="f" * 64)
    assert changed.state() is SignState.DRAFTED
    assert SignGap.OTHER_VERSION_SIGNED in changed.gaps()


def test_a_signature_by_telephone_asks_for_later_confirmation() -> None:
    assert SignGap.TELEPHONE_NOT_CONFIRMED in replace(OPEN, signature=HEARD).gaps()
    confirmed = replace(HEARD, confirmed_at=NOW + timedelta(hours=5), confirmed_by="李局长")
    assert SignGap.TELEPHONE_NOT_CONFIRMED not in replace(OPEN, signature=confirmed).gaps()


@pytest.mark.parametrize("hearer", [None, " ", "王值班", "李局长"])
def test_one_pair_of_ears_is_not_enough(hearer: str | None) -> None:
    with pytest.raises(SecondHearerMissing):
        check_signature(replace(HEARD, second_hearer=hearer), OPEN)


@pytest.mark.parametrize("manner", [SignManner.FINGER, SignManner.PAGE_PHOTO])
def test_a_drawn_signature_must_be_seen(manner: SignManner) -> None:
    with pytest.raises(SignatureImageMissing):
        check_signature(replace(FINGER, manner=manner, image_sha256=None), OPEN)


def test_nobody_signs_before_there_is_a_draft() -> None:
    with pytest.raises(SignedBeforeDrafted):
        check_signature(replace(FINGER, at=NOW - timedelta(seconds=1)), OPEN)


@pytest.mark.parametrize("signature", [FINGER, replace(FINGER, manner=SignManner.PAGE_PHOTO), HEARD])
def test_each_of_the_three_ways_is_good(signature: Signature) -> None:
    assert check_signature(signature, OPEN) is signature


@pytest.mark.parametrize(
    ("delivery", "proven"),
    [
        (by_phone(Recipient.PROVINCE), True),
        (by_phone(Recipient.PROVINCE, name=None), False),
        (by_phone(Recipient.PROVINCE, name=" "), False),
        (Delivery(Recipient.PROVINCE, DeliveryChannel.FAX, NOW, "王"), False),
        (Delivery(Recipient.PROVINCE, DeliveryChannel.FAX, NOW, "王", proof="传真回执 0007"), True),
        (Delivery(Recipient.PROVINCE, DeliveryChannel.WECHAT, NOW, "王", receiver_name="陈"), False),
        (Delivery(Recipient.PROVINCE, DeliveryChannel.WECHAT, NOW, "王", receiver_name="陈", received_at=NOW), True),
    ],
)
def test_a_delivery_is_proven_by_name_or_receipt(delivery: Delivery, proven: bool) -> None:
    assert delivery.has_proof() is proven


def test_reached_means_every_recipient_with_proof() -> None:
    two = [by_phone(Recipient.OWN_GOVERNMENT), by_phone(Recipient.PROVINCE)]
    assert unreached(TWO_HOURS, two) == (Recipient.MINISTRY,)
    assert not is_reached(TWO_HOURS, two)
    assert is_reached(TWO_HOURS, [*two, by_phone(Recipient.MINISTRY)])


def test_reached_at_is_the_moment_of_the_last_first_proof() -> None:
    deliveries = [by_phone(recipient, minutes) for recipient, minutes in zip(TWO_HOURS, (5, 9, 7), strict=True)]
    deliveries.append(by_phone(Recipient.OWN_GOVERNMENT, 60))
    assert reached_at(TWO_HOURS, deliveries) == NOW + timedelta(minutes=9)


def test_an_unproven_delivery_does_not_count() -> None:
    deliveries = [by_phone(recipient, name="" if recipient is Recipient.MINISTRY else "陈") for recipient in TWO_HOURS]
    assert reached_at(TWO_HOURS, deliveries) is None


def test_where_the_level_up_is_the_province_they_are_one_recipient() -> None:
    wanted = (Recipient.OWN_GOVERNMENT, Recipient.LEVEL_UP, Recipient.PROVINCE)
    deliveries = [by_phone(Recipient.OWN_GOVERNMENT), by_phone(Recipient.LEVEL_UP)]
    assert unreached(wanted, deliveries) == (Recipient.PROVINCE,)
    assert is_reached(wanted, deliveries, level_up_is_province=True)


def test_nobody_to_reach_is_not_reached() -> None:
    assert not is_reached((), [])
