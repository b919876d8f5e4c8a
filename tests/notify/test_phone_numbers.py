from __future__ import annotations

import phonenumbers
import pytest

from incident_desk.domain.callouts.experts import parse_experts_csv
from incident_desk.notify.phone_numbers import PhoneNumberUnreadable, for_people, is_sample, mask, normalise
from incident_desk.paths import data_dir

EXAMPLE = phonenumbers.example_number_for_type("CN", phonenumbers.PhoneNumberType.FIXED_LINE)
assert EXAMPLE is not None
LANDLINE = f"0{EXAMPLE.national_number}"


@pytest.mark.parametrize(
    "text", ["+8610000000007", "+86 100 0000 0007", "+86-100-0000-0007", "＋８６１" + "０" * 9 + "７"]
)
def test_a_sample_number_is_taken_however_it_is_written(text: str) -> None:
    assert normalise(text) == "+8610000000007"


@pytest.mark.parametrize(
    "text", [LANDLINE, f"0086 {LANDLINE[1:]}", f"+86 {LANDLINE[1:]}", f"({LANDLINE[:3]}) {LANDLINE[3:]}"]
)
def test_a_landline_becomes_e164(text: str) -> None:
    assert normalise(text) == "+86" + LANDLINE[1:]


@pytest.mark.parametrize("text", ["", "abc", "119", "1234567", "100 0000 0000", "+8610000010000", LANDLINE + " ext 5"])
def test_what_cannot_be_rung_is_refused(text: str) -> None:
    with pytest.raises(PhoneNumberUnreadable):
        normalise(text)


def test_a_refused_number_is_not_repeated_in_full() -> None:
    with pytest.raises(PhoneNumberUnreadable) as caught:
        normalise("+86100" + "12345678" + "9")
    assert "12345678" not in str(caught.value)


def test_a_mask_keeps_the_last_two() -> None:
    assert mask("+8610000001234") == "+86 100******34"


def test_a_short_number_vanishes() -> None:
    assert mask("12345") == "*****"


def test_the_desk_reads_a_mainland_number_without_its_country() -> None:
    assert "+86" not in for_people("+86" + LANDLINE[1:])


def test_a_sample_is_read_in_groups() -> None:
    assert for_people("+8610000000007") == "100 0000 0007"


def test_every_number_of_the_sample_pool_is_unringable() -> None:
    experts = parse_experts_csv((data_dir() / "demo" / "experts.csv").read_bytes()).experts
    assert all(is_sample(one.mobile) for one in experts)


@pytest.mark.parametrize("number", ["+8610000010000", "+861000000000", "+86100000000001", "+86154" + "0" * 8])
def test_numbers_beside_the_range_are_no_samples(number: str) -> None:
    assert not is_sample(number)
