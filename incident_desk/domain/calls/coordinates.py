"""Positions as people give them: four datums, many spellings, and what is plainly wrong with one.

The desk stores CGCS2000 (EPSG:4490), degrees, longitude first; what was received is kept beside it with
its datum. CGCS2000 and WGS 84 differ by less than a metre here and count as the same. GCJ-02 (Chinese web
maps and most phones) lies 300-700 m off in Hubei, BD-09 (Baidu) further still: enough to put a spill on
another river.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from incident_desk.domain.errors import N_, DomainError

_AXIS_M = 6_378_245.0
"""Semi-major axis of the Krasovsky 1940 ellipsoid, on which GCJ-02 is computed."""
_ECCENTRICITY_2 = 0.00669342162296594323
"""First eccentricity squared of the same ellipsoid."""
_BD_TURN = math.pi * 3_000.0 / 180.0
_CLOSE_DEG = 1e-12
_ROUNDS = 60
_LONGEST = 200
"""Characters of a position with what a map puts around it; patterns are tried at every place of the text."""

_CHINA = (73.4, 135.1, 3.4, 53.6)
"""West, east, south, north of the country with its islands, degrees, rounded outwards."""
_GCJ_FRAME = (72.004, 137.8347, 0.8293, 55.8271)
"""The frame outside which web maps apply no shift; part of the published algorithm."""
HUBEI = (108.36, 116.13, 29.03, 33.28)
"""West, east, south, north of Hubei, degrees (WGS 84), for a soft check only."""


class Datum(StrEnum):
    """The datum in which a position was given."""

    WGS84 = "wgs84"
    CGCS2000 = "cgcs2000"
    GCJ02 = "gcj02"
    BD09 = "bd09"


class CoordinatesUnreadable(DomainError):
    """The text holds no pair of angles."""

    code = "coordinates_unreadable"
    message_id = N_(
        "No coordinates could be read in “%(text)s”. Write longitude and latitude, such as 110.53, 32.68 "
        "or 110°31′48″E 32°40′48″N; the place in words is enough for now."
    )


class CoordinatesSwapped(DomainError):
    """Latitude came where longitude belongs; in China the two ranges do not overlap, so this is certain."""

    code = "coordinates_swapped"
    message_id = N_(
        "The coordinates look swapped: longitude %(longitude)s and latitude %(latitude)s were read. "
        "Did you mean %(suggestion)s?"
    )


class CoordinatesOutsideChina(DomainError):
    """The position lies outside China."""

    code = "coordinates_outside_china"
    message_id = N_(
        "The coordinates lie outside China: longitude %(longitude)s and latitude %(latitude)s were read. "
        "Check the digits and the decimal point."
    )


@dataclass(frozen=True, slots=True)
class Coordinates:
    """A position as it was received: degrees in *datum*."""

    longitude: float
    latitude: float
    datum: Datum = Datum.CGCS2000

    def cgcs2000(self) -> tuple[float, float]:
        """Longitude and latitude in CGCS2000, degrees."""
        return to_cgcs2000(self.longitude, self.latitude, self.datum)

    def __str__(self) -> str:
        return format_decimal(self.longitude, self.latitude)


Shift = Callable[[float, float], tuple[float, float]]


def to_cgcs2000(longitude: float, latitude: float, datum: Datum | str) -> tuple[float, float]:
    """A position given in *datum*, in CGCS2000.

    Args:
        longitude: degrees in *datum*.
        latitude: degrees in *datum*.
        datum: the datum in which both were given.

    Returns:
        longitude, latitude in degrees; the inverses are iterated until they close within 1e-12 degree.

    Raises:
        ValueError: an unknown datum or a number that is not finite.

    Source: the publicly known form of GCJ-02 on the Krasovsky ellipsoid; inverse by fixed-point iteration.
    """
    _finite(longitude, latitude)
    match Datum(datum):
        case Datum.GCJ02:
            return _undo(_gcj_from_wgs, longitude, latitude)
        case Datum.BD09:
            return _undo(_gcj_from_wgs, *_undo(_bd_from_gcj, longitude, latitude))
        case _:
            return longitude, latitude


def from_cgcs2000(longitude: float, latitude: float, datum: Datum | str) -> tuple[float, float]:
    """A CGCS2000 position in *datum*, degrees, for a map or an office that wants it so.

    Raises:
        ValueError: an unknown datum or a number that is not finite.
    """
    _finite(longitude, latitude)
    match Datum(datum):
        case Datum.GCJ02:
            return _gcj_from_wgs(longitude, latitude)
        case Datum.BD09:
            return _bd_from_gcj(*_gcj_from_wgs(longitude, latitude))
        case _:
            return longitude, latitude


def check_coordinates(longitude: float, latitude: float, *, field: str | None = None) -> None:
    """Refuse a position that is swapped or outside China; positions in any of the four datums may be given.

    Raises:
        CoordinatesSwapped: latitude and longitude changed places.
        CoordinatesOutsideChina: anything else outside the country's frame.
    """
    if _inside(_CHINA, longitude, latitude):
        return
    read = {"longitude": _short(longitude), "latitude": _short(latitude)}
    if _inside(_CHINA, latitude, longitude):
        raise CoordinatesSwapped(field=field, suggestion=f"{_short(latitude)}, {_short(longitude)}", **read)
    raise CoordinatesOutsideChina(field=field, **read)


def is_in_hubei(longitude: float, latitude: float) -> bool:
    """Whether a position lies in the frame around Hubei: a hint for the screen, never a refusal."""
    return _inside(HUBEI, longitude, latitude)


def parse_coordinates(text: str, datum: Datum | str = Datum.CGCS2000, *, field: str | None = None) -> Coordinates:
    """Read a pasted or dictated position.

    Decimal degrees, degrees-minutes-seconds or decimal minutes; hemisphere letters before or behind,
    东经/北纬, lng=/lat=; half- or full-width. Without marks the first number is the longitude. A datum named in
    the text (GCJ-02, 百度坐标 …) beats *datum*, because it came with the numbers.

    Raises:
        CoordinatesUnreadable, CoordinatesSwapped, CoordinatesOutsideChina: each repeats what was read.
    """
    named, plain = _take_datum(_plain(text[:_LONGEST]))
    pair = _read_pair(plain) if len(text) <= _LONGEST else None
    if pair is None:
        raise CoordinatesUnreadable(field=field, text=" ".join(text[:_LONGEST].split())[:80])
    longitude, latitude = pair
    check_coordinates(longitude, latitude, field=field)
    return Coordinates(longitude, latitude, named or Datum(datum))


def format_decimal(longitude: float, latitude: float) -> str:
    """``110.530000, 32.680000``: six decimals, a tenth of a metre; it can be pasted back."""
    return f"{longitude:.6f}, {latitude:.6f}"


def format_dms(longitude: float, latitude: float, locale: str = "zh_Hans") -> str:
    """Degrees, minutes and seconds to a tenth, as an officer writes them: 东经110°31′48.0″ 北纬32°40′48.0″."""
    east, north = _dms(longitude), _dms(latitude)
    if locale.startswith("zh"):
        return f"{'东经' if longitude >= 0 else '西经'}{east} {'北纬' if latitude >= 0 else '南纬'}{north}"
    return f"{east}{'E' if longitude >= 0 else 'W'} {north}{'N' if latitude >= 0 else 'S'}"


def _finite(longitude: float, latitude: float) -> None:
    if not (math.isfinite(longitude) and math.isfinite(latitude)):
        raise ValueError("longitude and latitude must be finite numbers")


def _inside(frame: tuple[float, float, float, float], longitude: float, latitude: float) -> bool:
    west, east, south, north = frame
    return west <= longitude <= east and south <= latitude <= north


def _undo(shift: Shift, longitude: float, latitude: float) -> tuple[float, float]:
    """The point that *shift* carries to the one given; *shift* is nearly the identity, so this converges."""
    x, y = longitude, latitude
    for _ in range(_ROUNDS):
        shifted_x, shifted_y = shift(x, y)
        step_x, step_y = shifted_x - longitude, shifted_y - latitude
        x, y = x - step_x, y - step_y
        if max(abs(step_x), abs(step_y)) < _CLOSE_DEG:
            break
    return x, y


def _gcj_from_wgs(longitude: float, latitude: float) -> tuple[float, float]:
    if not _inside(_GCJ_FRAME, longitude, latitude):
        return longitude, latitude
    x, y = longitude - 105.0, latitude - 35.0
    north_m = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x))
    north_m += _ripple(x, 6.0, 2.0) + (20.0 * _sin(y) + 40.0 * _sin(y / 3.0)) * 2.0 / 3.0
    north_m += (160.0 * _sin(y / 12.0) + 320.0 * _sin(y / 30.0)) * 2.0 / 3.0
    east_m = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x))
    east_m += _ripple(x, 6.0, 2.0) + (20.0 * _sin(x) + 40.0 * _sin(x / 3.0)) * 2.0 / 3.0
    east_m += (150.0 * _sin(x / 12.0) + 300.0 * _sin(x / 30.0)) * 2.0 / 3.0
    phi = math.radians(latitude)
    magic = 1.0 - _ECCENTRICITY_2 * math.sin(phi) ** 2
    meridian_m = _AXIS_M * (1.0 - _ECCENTRICITY_2) / (magic * math.sqrt(magic))
    parallel_m = _AXIS_M / math.sqrt(magic) * math.cos(phi)
    return longitude + math.degrees(east_m / parallel_m), latitude + math.degrees(north_m / meridian_m)


def _sin(turns: float) -> float:
    return math.sin(turns * math.pi)


def _ripple(x: float, fast: float, slow: float) -> float:
    return (20.0 * _sin(fast * x) + 20.0 * _sin(slow * x)) * 2.0 / 3.0


def _bd_from_gcj(longitude: float, latitude: float) -> tuple[float, float]:
    radius = math.hypot(longitude, latitude) + 2e-5 * math.sin(latitude * _BD_TURN)
    angle = math.atan2(latitude, longitude) + 3e-6 * math.cos(longitude * _BD_TURN)
    return radius * math.cos(angle) + 0.0065, radius * math.sin(angle) + 0.006


def _short(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".")


def _dms(value: float) -> str:
    tenths = round(abs(value) * 36_000.0)
    degrees, rest = divmod(tenths, 36_000)
    minutes, rest = divmod(rest, 600)
    return f"{degrees}°{minutes:02d}′{rest / 10.0:04.1f}″"


_SIGNS = {"º": "°", "˚": "°", "＂": "″", "“": "″", "”": "″", "‘": "′", "’": "′", "＇": "′", "、": ","}
_BEFORE_NFKC = str.maketrans(_SIGNS)
_DATUM_WORDS = (
    (Datum.BD09, re.compile(r"bd[-_ ]?(?:09)(?:ll)?|百度(?:地图)?(?:坐标)?", re.IGNORECASE)),
    (Datum.GCJ02, re.compile(r"gcj[-_ ]?02|(?:火星|高德|腾讯)(?:地图)?(?:坐标)?", re.IGNORECASE)),
    (Datum.CGCS2000, re.compile(r"cgcs[-_ ]?2000|国家?2000(?:坐标)?|天地图(?:坐标)?", re.IGNORECASE)),
    (Datum.WGS84, re.compile(r"wgs[-_ ]?(?:19)?84|gps(?:坐标)?", re.IGNORECASE)),
)
_MARK = r"longitude|latitude|lng|lon|long|lat|东经|西经|北纬|南纬|经度|纬度|[EWNS]"
_ANGLE = (
    r"(?P<deg>[-+]?\d+(?:\.\d+)?)\s*(?:(?:°|度)\s*"
    r"(?:(?P<min>\d+(?:\.\d+)?)\s*(?:′(?!′)|'(?!')|分)\s*(?:(?P<sec>\d+(?:\.\d+)?)\s*(?:″|′′|''|\"|秒|(?=\s*(?:[EWNS,]|$))))?)?)?"
)
_PREFIXED = re.compile(rf"(?P<mark>{_MARK})?\s*[:=]?\s*{_ANGLE}", re.IGNORECASE)
_SUFFIXED = re.compile(rf"{_ANGLE}\s*(?P<mark>{_MARK})?(?![a-z])", re.IGNORECASE)
_SPACED = re.compile(
    r"(?P<deg>\d{1,3})[ :](?P<min>\d{1,2})[ :](?P<sec>\d{1,2}(?:\.\d+)?)\s*(?P<mark>[EWNS])", re.IGNORECASE
)
_STARTS_WITH_MARK = re.compile(rf"^[^\d+-]*?(?:{_MARK})\s*[:=]?\s*[-+]?\d", re.IGNORECASE)
_LONGITUDE_MARKS = frozenset({"longitude", "lng", "lon", "long", "经度", "东经", "西经", "e", "w"})
_NEGATIVE_MARKS = frozenset({"西经", "南纬", "w", "s"})


def _plain(text: str) -> str:
    """Half-width text; a Chinese full stop between digits is a decimal point typed with the input method on."""
    plain = unicodedata.normalize("NFKC", text.translate(_BEFORE_NFKC)).replace("\u2212", "-")
    return re.sub(r"(?<=\d)。(?=\d)", ".", plain).strip()


def _take_datum(text: str) -> tuple[Datum | None, str]:
    for datum, words in _DATUM_WORDS:
        if words.search(text):
            return datum, words.sub(" ", text)
    return None, text


def _read_pair(text: str) -> tuple[float, float] | None:
    patterns = (_SPACED, _PREFIXED if _STARTS_WITH_MARK.match(text) else _SUFFIXED)
    for pattern in patterns:
        found = list(pattern.finditer(text))
        if len(found) == 2 and not re.search(r"\d", pattern.sub(" ", text)):
            return _pair(found[0], found[1])
    return None


def _pair(first: re.Match[str], second: re.Match[str]) -> tuple[float, float] | None:
    values = _degrees(first), _degrees(second)
    if values[0] is None or values[1] is None:
        return None
    axes = _is_longitude(first), _is_longitude(second)
    if axes[0] is not None and axes[0] == axes[1]:
        return None
    latitude_first = axes[0] is False or axes[1] is True
    return (values[1], values[0]) if latitude_first else (values[0], values[1])


def _is_longitude(angle: re.Match[str]) -> bool | None:
    mark = angle["mark"]
    return None if mark is None else mark.lower() in _LONGITUDE_MARKS


def _degrees(angle: re.Match[str]) -> float | None:
    minutes, seconds = float(angle["min"] or 0), float(angle["sec"] or 0)
    if minutes >= 60.0 or seconds >= 60.0:
        return None
    whole = float(angle["deg"])
    value = math.copysign(abs(whole) + minutes / 60.0 + seconds / 3_600.0, whole)
    return -abs(value) if (angle["mark"] or "").lower() in _NEGATIVE_MARKS else value
