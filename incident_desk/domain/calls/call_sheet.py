"""The call sheet: everything a caller can tell the desk, each answer optional, “unknown” an answer of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self, cast

from incident_desk.domain.calls.amounts import Amount, AmountKind, Amounts, Certainty, parse_amount
from incident_desk.domain.calls.call_fields import PERSONAL, CallField, CasualtyCause, field_of
from incident_desk.domain.calls.call_form import (
    FormReader,
    read_count,
    read_intakes,
    read_learned,
    read_occurrence,
    read_plate,
    read_position,
)
from incident_desk.domain.calls.field_problems import FieldProblem
from incident_desk.domain.calls.occurrence import Occurrence, OccurrenceKind
from incident_desk.domain.calls.place import Position, read_region_code
from incident_desk.domain.calls.substances import (
    Substance,
    SubstanceDisagrees,
    UnDoesNotFit,
    identify,
    read_cas,
    read_un,
    substance_by_id,
)
from incident_desk.domain.calls.water_intakes import IntakeReport
from incident_desk.domain.errors import N_

SUBSTANCE_NOT_LISTED = N_(
    "%(text)s is not in the list of substances, so nothing is known of its density or limits. "
    "Ask for the UN number on the orange plate."
)
VERSION = 1
_UNKNOWN_TIME = Occurrence()
_NO_AMOUNTS = Amounts()


@dataclass(frozen=True, slots=True, kw_only=True)
class CallSheet:
    """One call as it stands. Only *learned_at* is always there; instants are aware.

    *unread* keeps, under their form keys, the answers that could not be taken over (printed 正在核实);
    *not_known* names what was asked and nobody knew; *estimated* the head counts that are estimates.
    """

    learned_at: datetime
    channel: str | None = None
    caller_name: str = ""
    caller_unit: str = ""
    caller_phone: str = ""
    occurred: Occurrence = _UNKNOWN_TIME
    place_text: str = ""
    position: Position | None = None
    region_code: str | None = None
    water_body: str = ""
    media: tuple[str, ...] = ()
    course: str = ""
    cause: str | None = None
    substance: str = ""
    substance_id: str | None = None
    un_no: str | None = None
    cas_no: str | None = None
    amounts: Amounts = _NO_AMOUNTS
    plate: str = ""
    waybill: str = ""
    carrier: str = ""
    dead: int | None = None
    injured: int | None = None
    poisoned: int | None = None
    evacuated: int | None = None
    casualty_cause: CasualtyCause = CasualtyCause.UNKNOWN
    intakes: tuple[IntakeReport, ...] = ()
    weather: str = ""
    measures: str = ""
    notes: str = ""
    not_known: tuple[CallField, ...] = ()
    not_known_text: str = ""
    estimated: tuple[CallField, ...] = ()
    unread: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_form(cls, form: Mapping[str, object], *, now: datetime) -> tuple[Self, tuple[FieldProblem, ...]]:
        """Read a form or a JSON draft; values are texts or lists of texts.

        Never raises for what was typed: a refused answer stays in ``unread`` with a hard problem, a doubtful one
        is taken over with a soft problem, and the case can be opened either way.
        """
        reader = FormReader(form, now)
        learned_at = read_learned(reader)
        substance, un_no, cas_no, found = _read_substance(reader)
        amounts = Amounts(**{kind.value: _read_amount(reader, kind) for kind in AmountKind})
        sheet = cls(
            learned_at=learned_at,
            channel=reader.code("channel", "info_source"),
            occurred=read_occurrence(reader, learned_at),
            position=read_position(reader),
            region_code=reader.take("region_code", read_region_code),
            media=reader.codes("media", "medium"),
            cause=reader.code("cause", "cause"),
            substance=substance,
            substance_id=found.id if found else None,
            un_no=un_no,
            cas_no=cas_no,
            amounts=amounts,
            plate=read_plate(reader),
            casualty_cause=reader.member("casualty_cause", CasualtyCause, CasualtyCause.UNKNOWN),
            intakes=read_intakes(reader),
            **{key: read_count(reader, key) for key in ("dead", "injured", "poisoned", "evacuated")},  # type: ignore[arg-type]
            **{key: reader.text(key) for key in _WORDS},  # type: ignore[arg-type]
            **_gathered(reader),  # type: ignore[arg-type]
        )
        doubts = amounts.doubts(found.density_kg_m3 if found else None)
        return sheet, (*reader.problems, *doubts)

    @property
    def identified(self) -> Substance | None:
        """The substance of the table that was meant, where name or numbers settled it."""
        return substance_by_id(self.substance_id) if self.substance_id else None

    @property
    def density_kg_m3(self) -> float | None:
        """Density of the identified substance, kg/m³."""
        return self.identified.density_kg_m3 if self.identified else None

    def answers(self) -> Iterator[tuple[CallField, object]]:
        """Every field with its plain JSON value, None where nothing was taken over."""
        document = self.to_json()
        for code in CallField:
            value = document[code.value]
            is_open = (code is CallField.OCCURRED and self.occurred.kind is OccurrenceKind.UNKNOWN) or (
                code is CallField.CASUALTY_CAUSE and self.casualty_cause is CasualtyCause.UNKNOWN
            )
            yield code, None if is_open or value in ("", []) else value

    def is_open(self, code: CallField) -> bool:
        """Whether nothing was taken over for this field."""
        return dict(self.answers())[code] is None

    def unread_of(self, code: CallField) -> str:
        """What was typed for a field and could not be read, as one line; empty where there is none."""
        return " · ".join(text for key, text in self.unread.items() if field_of(key) is code)

    def to_json(self) -> dict[str, object]:
        """The sheet as plain values, keyed by field code; ``from_json`` gives an equal sheet back."""
        return {
            "version": VERSION,
            "learned_at": self.learned_at.isoformat(),
            "occurred": self.occurred.to_json(),
            "coordinates": self.position.to_json() if self.position else None,
            "media": list(self.media),
            **{kind.value: amount.to_json() if amount else None for kind, amount in self.amounts.items()},
            "casualty_cause": self.casualty_cause.value,
            "intakes": [intake.to_json() for intake in self.intakes],
            "not_known": [code.value for code in self.not_known],
            "estimated": [code.value for code in self.estimated],
            "unread": dict(self.unread),
            **{key: getattr(self, key) for key in _PLAIN},
        }

    @classmethod
    def from_json(cls, document: Mapping[str, object]) -> Self:
        """The sheet that ``to_json`` wrote.

        Raises:
            KeyError, ValueError: the document is not one.
        """
        if document["version"] != VERSION:
            raise ValueError(f"a call sheet of version {document['version']} is not known")
        position = document["coordinates"]
        amounts = {kind.value: document[kind.value] for kind in AmountKind}
        return cls(
            learned_at=datetime.fromisoformat(str(document["learned_at"])),
            occurred=Occurrence.from_json(_object(document["occurred"])),
            position=Position.from_json(_object(position)) if position else None,
            media=tuple(str(code) for code in _list(document["media"])),
            amounts=Amounts(**{key: Amount.from_json(_object(one)) if one else None for key, one in amounts.items()}),
            casualty_cause=CasualtyCause(str(document["casualty_cause"])),
            intakes=tuple(IntakeReport.from_json(_object(one)) for one in _list(document["intakes"])),
            not_known=tuple(CallField(str(code)) for code in _list(document["not_known"])),
            estimated=tuple(CallField(str(code)) for code in _list(document["estimated"])),
            unread={str(key): str(text) for key, text in _object(document["unread"]).items()},
            **{key: document[key] for key in _PLAIN},  # type: ignore[arg-type]
        )

    def facts(self) -> tuple[tuple[CallField, dict[str, object]], ...]:
        """What the call establishes, a pair of field and plain value each, to be stored as dated facts.

        ``{"state": "known", "value": …, "estimated": bool}``, ``{"state": "unknown"}`` for what was asked and
        nobody knew, ``{"state": "unread", "text": …}`` for what has to be checked. Personal fields are left out.
        """
        found: list[tuple[CallField, dict[str, object]]] = []
        for code, value in self.answers():
            if code in PERSONAL:
                continue
            if value is not None:
                found.append((code, {"state": "known", "value": value, "estimated": code in self.estimated}))
            elif self.unread_of(code):
                found.append((code, {"state": "unread", "text": self.unread_of(code)}))
            elif code in self.not_known:
                found.append((code, {"state": "unknown"}))
        return tuple(found)


_WORDS = (
    "caller_name", "caller_unit", "caller_phone", "place_text", "water_body", "course", "waybill", "carrier",
    "weather", "measures", "notes", "not_known_text",
)  # fmt: skip
_PLAIN = (
    *_WORDS, "channel", "region_code", "cause", "substance", "substance_id", "un_no", "cas_no", "plate",
    "dead", "injured", "poisoned", "evacuated",
)  # fmt: skip


def _gathered(reader: FormReader) -> dict[str, object]:
    """What the reader gathered on the way; *not_known* also takes the boxes ticked on the sheet."""
    for code in reader.many("not_known"):
        reader.say_unknown(code)
    return {
        "not_known": tuple(reader.not_known),
        "estimated": tuple(reader.estimated),
        "unread": dict(reader.unread),
    }


def _read_amount(reader: FormReader, kind: AmountKind) -> Amount | None:
    ticked = reader.text(f"{kind.value}_certainty")
    certainty = Certainty(ticked) if ticked in set(Certainty) else None
    return reader.take(kind.value, lambda text: parse_amount(text, certainty=certainty, field=kind.value))


def _read_substance(reader: FormReader) -> tuple[str, str | None, str | None, Substance | None]:
    """Name as said, UN, CAS and the substance they agree on; a number that contradicts is put aside."""
    name = reader.text("substance")
    numbers = {"un_no": reader.take("un_no", read_un), "cas_no": reader.take("cas_no", read_cas)}
    found: Substance | None = None
    for _ in range(3):
        try:
            found = identify(name, numbers["un_no"] or "", numbers["cas_no"] or "")
            break
        except (SubstanceDisagrees, UnDoesNotFit) as error:
            key = error.field or "un_no"
            reader.refuse(key, error, reader.text(key))
            numbers[key] = None
    if name and found is None:
        reader.doubt("substance", "substance_not_listed", SUBSTANCE_NOT_LISTED, text=name[:40])
    return name, numbers["un_no"], numbers["cas_no"], found


def _object(value: object) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise ValueError("a call sheet's JSON has another shape")
    return cast(Mapping[str, object], value)


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise ValueError("a call sheet's JSON has another shape")
    return value
