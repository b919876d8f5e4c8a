"""Numbers as they are said and typed at night: 18,000 · 1.5万 · 十八 · 两千三 · 五六(十) · 半."""

from __future__ import annotations

import re
import unicodedata

_DIGITS = {"〇": 0, "零": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_UNITS = {"十": 10, "百": 100, "千": 1_000}
_MYRIADS = {"万": 10_000, "亿": 100_000_000}

_ARABIC = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_HAN = r"[〇零一二两三四五六七八九十百千万亿点半]+"
NUMBER = rf"(?:(?:{_ARABIC})[百千万亿]??|{_HAN})"
"""Pattern of one number, without groups."""

_ARABIC_FULL = re.compile(rf"({_ARABIC})([百千万亿]?)")
_TWO_NEIGHBOURS = re.compile(r"(.*)([一二两三四五六七八])([二三四五六七八九])([十百千万]?)")


LONGEST_NUMBER = 30
"""Characters of a number that somebody says or types; more of 亿 would be beyond all size."""

LONGEST_RANGE = 2 * LONGEST_NUMBER + 10


def half_width(text: str) -> str:
    """*text* in half-width letters, digits and signs, trimmed, lower case (NFKC)."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def read_number(text: str) -> float | None:
    """The number that *text* is, or None. Two neighbouring digits (五六) are no number but a range."""
    if len(text.strip()) > LONGEST_NUMBER:
        return None
    plain = half_width(text)
    if plain == "半":
        return 0.5
    arabic = _ARABIC_FULL.fullmatch(plain)
    if arabic:
        factor = (_UNITS | _MYRIADS).get(arabic[2], 1)
        return float(arabic[1].replace(",", "")) * factor
    return _read_han(plain) if re.fullmatch(_HAN, plain) else None


def read_range(text: str) -> tuple[float, float] | None:
    """Lowest and highest of ``5-6``, ``五到六``, ``五六``, ``十五六``, ``三四十``; of one number, twice that number."""
    if len(text) > LONGEST_RANGE:
        return None
    plain = half_width(text)
    single = read_number(plain)
    if single is not None:
        return single, single
    parts = re.fullmatch(rf"({NUMBER})\s*(?:-|~|–|—|至|到|to)\s*({NUMBER})", plain)
    if parts:
        return _ordered(read_number(parts[1]), read_number(parts[2]))
    spoken = _TWO_NEIGHBOURS.fullmatch(plain)
    if spoken and _DIGITS[spoken[3]] == _DIGITS[spoken[2]] + 1:
        return _ordered(*(read_number(spoken[1] + digit + spoken[4]) for digit in (spoken[2], spoken[3])))
    return None


def _ordered(low: float | None, high: float | None) -> tuple[float, float] | None:
    return None if low is None or high is None or low > high else (low, high)


def _read_han(text: str) -> float | None:
    whole, point, fraction = text.partition("点")
    value = _read_whole(whole)
    if value is None or (point and not fraction) or any(char not in _DIGITS for char in fraction):
        return None
    return value + (float("0." + "".join(str(_DIGITS[char]) for char in fraction)) if fraction else 0.0)


def _read_whole(text: str) -> float | None:
    total, section, digit, last_unit, after_digit = 0, 0, 0, 1, False
    for char in text:
        if char in _DIGITS:
            if after_digit and digit:
                return None
            digit, after_digit = _DIGITS[char], True
            last_unit = 1 if digit == 0 else last_unit
            continue
        if char in _UNITS:
            section += (digit if after_digit else 1) * _UNITS[char]
            last_unit = _UNITS[char]
        elif char in _MYRIADS:
            total = (total + section + digit) * _MYRIADS[char]
            section, last_unit = 0, _MYRIADS[char]
        else:
            return None
        digit, after_digit = 0, False
    return float(total + section + digit * (last_unit // 10 if last_unit >= 100 else 1)) if text else None
