"""Telephone numbers: one form on the wire (E.164), one for people, one for logs."""

from __future__ import annotations

import re
import unicodedata

import phonenumbers

from incident_desk.domain.callouts.expert_cells import SAMPLE_MOBILE
from incident_desk.domain.errors import N_, DomainError


class PhoneNumberUnreadable(DomainError):
    """A text that is no telephone number one could ring."""

    code = "phone_number_unreadable"
    message_id = N_("%(value)s is no telephone number: eleven figures for a mobile, area code and number otherwise.")


def normalise(text: str, region: str = "CN") -> str:
    """*text* as E.164, for example ``+8613…``. Spaces, brackets, full-width figures and 0086 are understood.

    Raises:
        PhoneNumberUnreadable: no number in use; the text is not repeated in full in the error (it may be a person's).
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    compact = re.sub(r"[\s().-]", "", plain)
    if SAMPLE_MOBILE.fullmatch(compact):
        return compact
    try:
        number = phonenumbers.parse(plain, region)
    except phonenumbers.NumberParseException as error:
        raise PhoneNumberUnreadable(field="phone", value=mask(plain)) from error
    if not phonenumbers.is_valid_number(number) or number.extension:
        raise PhoneNumberUnreadable(field="phone", value=mask(plain))
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def for_people(number: str) -> str:
    """An E.164 number as it is read and dialled at the desk; a mainland number without +86."""
    if SAMPLE_MOBILE.fullmatch(number):
        return f"{number[3:6]} {number[6:10]} {number[10:]}"
    parsed = phonenumbers.parse(number, "CN")
    style = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(parsed, style.NATIONAL if parsed.country_code == 86 else style.INTERNATIONAL)


def mask(number: str) -> str:
    """A number for logs: country code, three figures and the last two, ``+86 100******34``; short ones vanish."""
    figures = re.sub(r"\D", "", number)
    if len(figures) < 9:
        return "*" * len(figures)
    country, rest = ("+86 ", figures[2:]) if figures.startswith("86") and len(figures) > 11 else ("", figures)
    return f"{country}{rest[:3]}{'*' * (len(rest) - 5)}{rest[-2:]}"


def is_sample(number: str) -> bool:
    """Whether *number* is one of the sample range, which exists in no network."""
    return bool(SAMPLE_MOBILE.fullmatch(number))
