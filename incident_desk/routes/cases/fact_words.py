"""Values of facts as a person reads them: words for codes, units beside numbers, times on the office's clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from flask_babel import gettext

from incident_desk.domain.calls.amounts import Amount
from incident_desk.domain.calls.call_fields import CallField
from incident_desk.domain.calls.place import Position
from incident_desk.domain.calls.substances import substance_by_id
from incident_desk.domain.calls.water_intakes import IntakeReport
from incident_desk.domain.instants import read_instant
from incident_desk.domain.law.rulebook import Rulebook
from incident_desk.routes.code_words import code_label, localized
from incident_desk.routes.context import local_time, select_locale

CODED = {CallField.CHANNEL: "info_source", CallField.CAUSE: "cause", CallField.CASUALTY_CAUSE: "casualty_cause"}
HEADS = frozenset({CallField.DEAD, CallField.INJURED, CallField.POISONED, CallField.EVACUATED})
AMOUNTS = frozenset({CallField.CARRIED, CallField.LEAKED, CallField.INTO_WATER})


def say_fact(field: CallField, data: Mapping[str, Any]) -> str:
    """The value of a ``sheet.*`` fact in words; what is unknown or could not be read says so."""
    state = data.get("state", "known")
    if state == "unknown":
        return str(gettext("being verified"))
    if state == "unread":
        return str(gettext("“%(text)s” (to be checked)", text=data.get("text", "")))
    words = say_value(field, data.get("value"))
    return str(gettext("about %(value)s", value=words)) if data.get("estimated") and field in HEADS else words


def say_value(field: CallField, value: Any) -> str:
    """A plain value of *field* in words."""
    if value is None or value == "":
        return "—"
    return _SAY.get(field, str)(value)


def _media(codes: list[str]) -> str:
    return localized("、", ", ").join(code_label(code, "medium") for code in codes)


def _intakes(rows: list[dict[str, object]]) -> str:
    return localized("；", "; ").join(say_intake(IntakeReport.from_json(row)) for row in rows)


def say_region(code: str) -> str:
    """``竹山县（420323）``; a code that stands in no table of ours stays a code."""
    known = Rulebook.shipped().offices.offices.get(code)
    if known is None:
        return code
    return localized(f"{known.area_zh}（{code}）", f"{known.area_en or known.area_zh} ({code})")


def people(count: int) -> str:
    """``3人``, in English ``3 people``."""
    return f"{count}人" if select_locale() != "en" else f"{count} {'person' if count == 1 else 'people'}"


def say_amount(amount: Amount) -> str:
    """``18吨（估计）``."""
    unit, sure = code_label(amount.unit), code_label(amount.certainty.value, "certainty")
    return localized(f"{amount.figure()}{unit}（{sure}）", f"{amount.figure()} {unit} ({sure.lower()})")


def say_position(position: Position) -> str:
    """Longitude and latitude as received, with datum and how they came."""
    at = position.coordinates
    parts = [code_label(at.datum), code_label(position.how)]
    if position.accuracy_m is not None:
        parts.append(f"±{position.accuracy_m:g} m")
    return f"{at.longitude:.5f}, {at.latitude:.5f} ({' · '.join(parts)})"


def say_intake(intake: IntakeReport) -> str:
    """Name, state, supply and since when."""
    parts = [code_label(intake.state)]
    if intake.supply_interrupted.value != "unknown":
        parts.append(code_label(intake.supply_interrupted))
    if intake.at is not None:
        parts.append(local_time(intake.at))
    return f"{intake.name} {localized('，', ', ').join(parts)}"


def _occurred(value: Mapping[str, Any]) -> str:
    earliest, latest = (read_instant(value.get(key)) for key in ("earliest", "latest"))
    if earliest is None:
        return str(gettext("being verified"))
    if value.get("kind") == "exact" or earliest == latest:
        return (
            local_time(earliest)
            if value.get("kind") == "exact"
            else str(gettext("about %(value)s", value=local_time(earliest)))
        )
    return str(gettext("about %(earliest)s to %(latest)s", earliest=local_time(earliest), latest=local_time(latest)))


def say_source(source: str | None) -> str:
    """Where a value comes from, in words."""
    kind = (source or "").partition(":")[0]
    words = {
        "call": gettext("call taken"),
        "phone_call": gettext("telephone call"),
        "trace": gettext("river trace"),
        "proposal": gettext("follows from the facts"),
        "sheet.occurred": gettext("time of occurrence"),
        "link": gettext("by link"),
        "round": gettext("round of the desks"),
    }
    return str(words.get(kind, "" if ":" in (source or "") else source or ""))


def substance_words(substance_id: str | None) -> str:
    """The identified substance with its numbers, or nothing."""
    found = substance_by_id(substance_id) if substance_id else None
    if found is None:
        return ""
    numbers = [f"UN {number}" for number in found.un] + ([f"CAS {found.cas}"] if found.cas else [])
    return " · ".join([localized(found.name_zh, found.name_en), *numbers])


_SAY: Mapping[CallField, Callable[[Any], str]] = {
    **{code: partial(code_label, list_name=name) for code, name in CODED.items()},
    **dict.fromkeys(AMOUNTS, lambda value: say_amount(Amount.from_json(value))),
    **dict.fromkeys(HEADS, lambda value: people(int(value))),
    CallField.MEDIA: _media,
    CallField.OCCURRED: _occurred,
    CallField.LEARNED_AT: lambda value: local_time(datetime.fromisoformat(value)),
    CallField.COORDINATES: lambda value: say_position(Position.from_json(value)),
    CallField.INTAKES: _intakes,
    CallField.REGION_CODE: say_region,
}
"""How the value of each field is said; what is not here is a text and stands as it is."""
