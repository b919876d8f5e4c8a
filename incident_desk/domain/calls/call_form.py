"""Reading the answers of a call sheet leniently: what cannot be read is kept as it was typed, with a problem.

Nothing raises. An answer that cannot be taken over stands in ``unread`` under its form key and is printed as
正在核实; the call goes on.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from incident_desk.domain.calls.call_fields import CallField, field_of
from incident_desk.domain.calls.coordinates import Coordinates, Datum, is_in_hubei, parse_coordinates
from incident_desk.domain.calls.field_problems import FieldProblem
from incident_desk.domain.calls.occurrence import BoundsReversed, Occurrence, OccurrenceKind, check_not_future
from incident_desk.domain.calls.place import Position, PositionHow, SupplyLevel
from incident_desk.domain.calls.spoken_numbers import half_width, read_range
from incident_desk.domain.calls.spoken_times import parse_time, says_about
from incident_desk.domain.calls.water_intakes import IntakeReport, IntakeState, SupplyInterrupted
from incident_desk.domain.china_time import local_minute
from incident_desk.domain.code_lists import is_code
from incident_desk.domain.errors import N_, DomainError

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)

UNKNOWN_WORDS = frozenset(
    {
        "不明",
        "未知",
        "不详",
        "不清楚",
        "不知道",
        "暂不清楚",
        "正在核实",
        "待核实",
        "核实中",
        "unknown",
        "n/a",
        "?",
        "--",
    }
)
"""“Unknown” is an answer, and these are the ways of typing it."""

_LONGEST = 4_000
_NONE_WORDS = frozenset({"无", "没有", "无人", "none", "no", "nobody"})
_SOME = re.compile(r"大约|大概|左右|约|近|多|余|至少|以上|about|around|some|\+")
_HEADS = re.compile(r"[人名位个]+|people|persons?")
_PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z](?:[A-HJ-NP-Z0-9]{5,6}|[A-HJ-NP-Z0-9]{4}[挂学警港澳领])"
)

PLATE_UNUSUAL = N_("“%(text)s” does not look like a plate number, such as 鄂C12345 or 鄂C1234挂. Read it out again.")
OUTSIDE_HUBEI = N_("The position lies outside Hubei. Check the datum and the digits; a spill upstream may be meant so.")
DATUM_NOT_SAID = N_(
    "It was not said which map the coordinates come from; WGS 84 is assumed. A phone map may be 500 m off."
)
LATEST_AFTER_LEARNED = N_(
    "The latest time of occurrence, %(latest)s, lies after it was learned, %(learned)s. Check both."
)
TOO_LONG = N_("The text is longer than %(limit)s characters; what stands beyond was cut off.")


class ChoiceUnreadable(DomainError):
    """A code that is not in its list."""

    code = "choice_unreadable"
    message_id = N_("“%(text)s” is not among the choices. Choose again, or leave it open.")


class CountUnreadable(DomainError):
    """Not a number of people."""

    code = "count_unreadable"
    message_id = N_("“%(text)s” is no number of people. Write a whole number, 0 for none, or “unknown”.")


@dataclass(slots=True)
class FormReader:
    """One form being read. Problems, raw texts and explicit “unknown” answers gather here."""

    form: Mapping[str, object]
    now: datetime
    problems: list[FieldProblem] = field(default_factory=list)
    unread: dict[str, str] = field(default_factory=dict)
    not_known: dict[CallField, None] = field(default_factory=dict)
    estimated: dict[CallField, None] = field(default_factory=dict)

    def many(self, key: str) -> tuple[str, ...]:
        """All values of *key*, trimmed, the empty ones left out."""
        value = self.form.get(key)
        values: Iterable[object] = value if isinstance(value, list | tuple) else (value,)
        return tuple(text for one in values if one is not None and (text := _storable(one)))

    def text(self, key: str) -> str:
        """The words under *key*; “unknown” becomes an answer of its own, an endless text is cut."""
        text = next(iter(self.many(key)), "")
        if half_width(text) in UNKNOWN_WORDS:
            self.say_unknown(key)
            return ""
        if len(text) > _LONGEST:
            self.doubt(key, "too_long", TOO_LONG, limit=str(_LONGEST))
        return text[:_LONGEST]

    def take(self, key: str, read: Callable[[str], T]) -> T | None:
        """What *read* makes of the text under *key*; refused, the text is kept and the refusal noted."""
        text = self.text(key)
        if not text:
            return None
        try:
            return read(text)
        except DomainError as error:
            self.refuse(key, error, text)
            return None

    def code(self, key: str, list_name: str) -> str | None:
        """A code of a list."""
        return self.take(key, lambda text: _in_list(list_name, text))

    def codes(self, key: str, list_name: str) -> tuple[str, ...]:
        """Several codes of a list, in the order given, each once."""
        found: dict[str, None] = {}
        for text in self.many(key):
            if half_width(text) in UNKNOWN_WORDS:
                self.say_unknown(key)
            elif is_code(list_name, text):
                found[text] = None
            else:
                self.refuse(key, ChoiceUnreadable(text=text[:40]), text)
        return tuple(found)

    def member(self, key: str, kind: type[E], default: E) -> E:
        """A member of an enum, *default* when nothing was chosen."""
        return self.take(key, lambda text: _member(kind, text)) or default

    def refuse(self, key: str, error: DomainError, text: str) -> None:
        """Keep *text* as typed and note why it was not taken over."""
        text = _storable(text)[:_LONGEST]
        self.unread[key] = text
        self.problems.append(FieldProblem.of(error, key, text))

    def doubt(self, key: str, code: str, message_id: str, **params: object) -> None:
        """Note something that a person should look at again; the answer stands."""
        self.problems.append(FieldProblem(key, code, message_id, params, soft=True))

    def say_unknown(self, key: str) -> None:
        """Note that *key* was asked and the answer was that nobody knows."""
        known = field_of(key)
        if known is not None:
            self.not_known[known] = None


def read_learned(reader: FormReader) -> datetime:
    """When the office learned: as given, else now. A time to come or an unreadable one counts as now, and says so."""
    at = reader.take("learned_at", lambda text: _past(text, reader.now))
    return reader.now if at is None else at


def read_occurrence(reader: FormReader, learned_at: datetime) -> Occurrence:
    """Exact, about or unknown; what contradicts the clock or the learned time stays unread."""
    kind = reader.member("occurred_kind", OccurrenceKind, OccurrenceKind.EXACT)
    if kind is OccurrenceKind.UNKNOWN:
        reader.not_known[CallField.OCCURRED] = None
        return Occurrence()
    keys = ("occurred_at", "occurred_earliest", "occurred_latest")
    at, earliest, latest = (reader.take(key, lambda text: parse_time(text, now=reader.now)) for key in keys)
    bounds = [bound for bound in (earliest or at, latest or at or earliest) if bound is not None]
    if not bounds:
        return Occurrence()
    about = kind is OccurrenceKind.ABOUT or earliest or latest or says_about(reader.text("occurred_at"))
    key = next(key for key in keys if reader.text(key))
    try:
        found = Occurrence.about(bounds[0], bounds[-1]) if about else Occurrence.exactly(bounds[0])
        found.check(learned_at=learned_at, now=reader.now)
    except DomainError as error:
        key = "occurred_earliest" if isinstance(error, BoundsReversed) else key
        reader.refuse(key, error, reader.text(key))
        reader.unread.update({other: text for other in keys if (text := reader.text(other))})
        return Occurrence()
    if found.latest is not None and found.latest > learned_at:
        shown = {"latest": local_minute(found.latest), "learned": local_minute(learned_at)}
        reader.doubt("occurred_latest", "latest_after_learned", LATEST_AFTER_LEARNED, **shown)
    return found


def read_position(reader: FormReader) -> Position | None:
    """A position pasted, clicked on the map (``longitude``, ``latitude``) or sent by a phone."""
    datum = reader.member("datum", Datum, Datum.WGS84)
    how = reader.member("position_how", PositionHow, PositionHow.PASTED)
    key = "coordinates"
    if not reader.text(key) and reader.text("longitude") and reader.text("latitude"):
        found = _from_two(reader, datum)
    else:
        found = reader.take(key, lambda text: parse_coordinates(text, datum, field=key))
    if found is None:
        return None
    if not is_in_hubei(*found.cgcs2000()):
        reader.doubt(key, "outside_hubei", OUTSIDE_HUBEI)
    if how is PositionHow.PASTED and not reader.text("datum") and found.datum is Datum.WGS84:
        reader.doubt("datum", "datum_not_said", DATUM_NOT_SAID)
    accuracy = re.fullmatch(r"\d{1,6}(?:\.\d+)?", reader.text("accuracy_m"))
    return Position(found, how, float(accuracy[0]) if accuracy else None)


def _from_two(reader: FormReader, datum: Datum) -> Coordinates | None:
    text = f"lng={reader.text('longitude')} lat={reader.text('latitude')}"
    try:
        return parse_coordinates(text, datum, field="coordinates")
    except DomainError as error:
        reader.refuse("coordinates", error, text)
        return None


def read_count(reader: FormReader, key: str) -> int | None:
    """A number of people. ``约50人`` and ``50余人`` are estimates; of ``3-5`` the upper end is taken as one."""
    return reader.take(key, lambda text: _count(reader, key, text))


def _count(reader: FormReader, key: str, text: str) -> int:
    plain = half_width(text)
    if plain in _NONE_WORDS:
        return 0
    bounds = read_range(_HEADS.sub(" ", _SOME.sub(" ", plain)).strip())
    if bounds is None or not all(bound.is_integer() and bound < 10_000_000 for bound in bounds):
        raise CountUnreadable(field=key, text=text[:40])
    known = field_of(key)
    if known is not None and (bounds[0] != bounds[1] or _SOME.search(plain)):
        reader.estimated[known] = None
    return int(bounds[1])


def read_plate(reader: FormReader) -> str:
    """One or more plates in capitals, joined by a slash; an unusual one is only doubted."""
    text = reader.text("plate")
    plates = [re.sub(r"[\s·.\-]", "", part).upper() for part in re.split(r"[,，、;；/]|\s{2,}", text)]
    for plate in plates:
        if plate and not _PLATE.fullmatch(plate):
            reader.doubt("plate", "plate_unusual", PLATE_UNUSUAL, text=plate[:20])
    return " / ".join(plate for plate in plates if plate)


def read_intakes(reader: FormReader) -> tuple[IntakeReport, ...]:
    """Intakes from ``intakes-0-name``, ``intakes-0-state`` … of a form, or from a list of objects (JSON)."""
    found = [_intake(FormReader(row, reader.now), prefix, reader) for prefix, row in _intake_rows(reader)]
    return tuple(intake for intake in found if intake is not None)


def _intake(row: FormReader, prefix: str, reader: FormReader) -> IntakeReport | None:
    name, receptor_id = row.text("name"), row.text("receptor_id")
    if not (name or receptor_id):
        return None
    serves = row.take("serves", lambda text: _member(SupplyLevel, text))
    intake = IntakeReport(
        name=name or receptor_id,
        receptor_id=receptor_id or None,
        state=row.member("state", IntakeState, IntakeState.UNKNOWN),
        supply_interrupted=row.member("supply_interrupted", SupplyInterrupted, SupplyInterrupted.UNKNOWN),
        serves=serves,
        at=row.take("at", lambda text: _past(text, reader.now)),
    )
    for problem in row.problems:
        key = f"{prefix}-{problem.field}"
        reader.problems.append(
            FieldProblem(key, problem.code, problem.message_id, problem.params, problem.soft, problem.raw)
        )
    reader.unread.update({f"{prefix}-{key}": text for key, text in row.unread.items()})
    return intake


def _intake_rows(reader: FormReader) -> list[tuple[str, Mapping[str, object]]]:
    given = reader.form.get("intakes")
    if isinstance(given, str) and given.lstrip().startswith("["):
        try:
            given = json.loads(given)
        except ValueError:
            reader.refuse("intakes", ChoiceUnreadable(text=given[:40]), given)
    if isinstance(given, list | tuple) and all(isinstance(row, Mapping) for row in given):
        return [(f"intakes-{number}", row) for number, row in enumerate(given)]
    rows: dict[int, dict[str, object]] = {}
    for key, value in reader.form.items():
        found = re.fullmatch(r"intakes-(\d{1,3})-(\w+)", key)
        if found:
            rows.setdefault(int(found[1]), {})[found[2]] = value
    return [(f"intakes-{number}", rows[number]) for number in sorted(rows)]


def _storable(value: object) -> str:
    """Text that any database takes: no NUL, no half of a surrogate pair, no blanks around."""
    return str(value).encode("utf-8", "replace").decode("utf-8").replace("\x00", "").strip()


def _past(text: str, now: datetime) -> datetime:
    at = parse_time(text, now=now)
    check_not_future(at, now=now)
    return at


def _in_list(list_name: str, text: str) -> str:
    if not is_code(list_name, text):
        raise ChoiceUnreadable(text=text[:40])
    return text


def _member(kind: type[E], text: str) -> E:
    try:
        return kind(text)
    except ValueError as error:
        raise ChoiceUnreadable(text=text[:40]) from error
