"""Reads facts from JSON strictly: an unknown key, a naive time or an impossible order is refused in words.

What is refused here is a document, never a report: the desk's own forms keep what was typed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar

from incident_desk.domain.errors import N_, DomainError
from incident_desk.domain.facts.fact_events import FactEvent
from incident_desk.domain.law.legal_codes import (
    FactKind,
    Family,
    Grade,
    Issuer,
    MetBy,
    Recipient,
    ReleaseChannel,
    ReportForm,
    ReportKind,
)
from incident_desk.domain.law.rulebook import Rulebook

E = TypeVar("E", bound=StrEnum)

OWN_ACCOUNTS = ("wechat", "weibo", "client")
_YEARS = range(1990, 2200)
_VOUCHED = ("basis", "reason", "by", "second")
_CASE_KEYS = (
    *("office", "learned_at", "occurred_at", "occurred_earliest", "grade", "triggers"),
    *("overlays", "accounts", "now", "events"),
)
_CORRECTABLE = ("grade", "triggers", "occurred_at", "learned_at")
# Per kind: keys that must be there, then keys that may. Every kind has kind, at, recorded_at besides.
KEYS: Mapping[FactKind, tuple[tuple[str, ...], tuple[str, ...]]] = {
    FactKind.GRADE_CHANGED: (("grade",), (*_VOUCHED, "known_since")),
    FactKind.TRIGGER_KNOWN: (("trigger",), _VOUCHED),
    FactKind.TRIGGER_WITHDRAWN: (("trigger",), _VOUCHED),
    FactKind.FACTS_CORRECTED: ((), (*_CORRECTABLE, *_VOUCHED)),
    FactKind.OFFICE_LEARNED: (("office",), ()),
    FactKind.NEIGHBOUR_AFFECTED: (("office",), ()),
    FactKind.NEIGHBOUR_NOTICED: (("office",), ()),
    FactKind.REPORT_FILED: (("to",), ("from", "report_kind", "form")),
    FactKind.RELEASE_PUBLISHED: (("issuer", "channel"), ()),
    FactKind.NOT_APPLICABLE: (("rule_id",), (*_VOUCHED, "office")),
    FactKind.WAIVED: (("rule_id",), (*_VOUCHED, "office")),
    FactKind.EXTENSION_APPROVED: (("rule_id",), (*_VOUCHED, "office")),
    FactKind.DUTY_DONE: (("rule_id",), (*_VOUCHED, "office")),
    FactKind.PUBLIC_OPINION_DETECTED: (("opinion",), ("office",)),
    FactKind.PUBLIC_OPINION_ANSWERED: (("opinion",), ("office",)),
}


class UnknownKey(DomainError):
    """A key that the document may not hold."""

    code = "unknown_key"
    message_id = N_("%(where)s: unknown key %(key)s; it may hold %(known)s.")


class MissingKey(DomainError):
    """A key that the document must hold."""

    code = "missing_key"
    message_id = N_("%(where)s: %(key)s is missing; add it.")


class WrongValue(DomainError):
    """A value of another type or outside its list."""

    code = "wrong_value"
    message_id = N_("%(where)s: %(key)s must be %(wanted)s, not %(value)s.")


class LearnedBeforeHappened(DomainError):
    """The office cannot have learned of it before it happened."""

    code = "learned_before_happened"
    message_id = N_("The incident was learned of (%(learned)s) before it happened (%(occurred)s): check both times.")


class LiesAhead(DomainError):
    """A time later than now."""

    code = "lies_ahead"
    message_id = N_("%(where)s: %(key)s %(value)s lies in the future (now is %(now)s): check the date.")


class WrittenBeforeItHappened(DomainError):
    """A fact recorded before it was so."""

    code = "written_before_it_happened"
    message_id = N_("%(where)s: recorded_at lies before at; a fact is written down when it is so, or later.")


class WaiverRefused(DomainError):
    """A reporting duty cannot be waived by anybody in the office."""

    code = "waiver_refused"
    message_id = N_(
        "%(rule_id)s is a reporting duty and cannot be waived. If the duty does not exist here (no environmental"
        " incident, merged into another case, transferred), record not_applicable with basis, by and second."
    )


class NotDoneByWord(DomainError):
    """A duty that only its own act meets: a report, a notice, a release."""

    code = "not_done_by_word"
    message_id = N_("%(rule_id)s is not met by duty_done: record the report, the notice or the release itself.")


class NoExtension(DomainError):
    """A limit that no rule lets anybody extend."""

    code = "no_extension"
    message_id = N_("No rule extends %(rule_id)s; what can be extended is %(known)s.")


@dataclass(frozen=True, slots=True)
class _Reader:
    """One object of the document, and how it is called in an error."""

    where: str
    data: Mapping[str, Any]

    def wrong(self, key: str, wanted: str) -> WrongValue:
        value = repr(self.data.get(key))
        shown = value if len(value) <= 60 else f"{value[:57]}..."
        return WrongValue(field=key, where=self.where, key=key, wanted=wanted, value=shown)

    def only(self, known: Iterable[str], *, required: Iterable[str] = ()) -> None:
        names = tuple(known)
        for key in self.data:
            if key not in names:
                raise UnknownKey(field=str(key), where=self.where, key=key, known=", ".join(names))
        for key in required:
            if key not in self.data:
                raise MissingKey(field=key, where=self.where, key=key)

    def text(self, key: str) -> str:
        value = self.data.get(key)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise self.wrong(key, "a text")
        return value.strip()

    def moment(self, key: str) -> datetime | None:
        value = self.data.get(key)
        if value is None:
            return None
        wanted = "a time with its offset, such as 2026-01-31T02:25:00+08:00"
        try:
            moment = datetime.fromisoformat(value)
        except (TypeError, ValueError):
            raise self.wrong(key, wanted) from None
        if moment.tzinfo is None or moment.year not in _YEARS:
            raise self.wrong(key, wanted)
        return moment.astimezone(UTC)

    def required_moment(self, key: str) -> datetime:
        moment = self.moment(key)
        if moment is None:
            raise MissingKey(field=key, where=self.where, key=key)
        return moment

    def code_of(self, kind: type[E], key: str) -> E | None:
        value = self.data.get(key)
        if value is None:
            return None
        if not isinstance(value, str) or value not in tuple(kind):
            raise self.wrong(key, f"one of {', '.join(kind)}")
        return kind(value)

    def texts(self, key: str, known: Iterable[str], what: str) -> tuple[str, ...]:
        value = self.data.get(key)
        if value is None:
            return ()
        names = set(known)
        if not isinstance(value, list) or not all(isinstance(v, str) and v in names for v in value):
            raise self.wrong(key, f"a list of {what} ({', '.join(sorted(names))})")
        return tuple(dict.fromkeys(value))

    def office(self, key: str, rules: Rulebook) -> str | None:
        value = self.data.get(key)
        if value is None:
            return None
        if not isinstance(value, str):
            raise self.wrong(key, 'a six-digit code as text, such as "420300"')
        return rules.offices.get(value).code


def read_case(data: object, rules: Rulebook) -> dict[str, Any]:
    """Arguments of ``CaseFacts`` from a document as design 5.2 describes it.

    Raises:
        DomainError: with a sentence that says where and what to do.
    """
    if not isinstance(data, Mapping):
        raise WrongValue(where="facts", key="the document", wanted="a JSON object", value=type(data).__name__)
    reader = _Reader("facts", data)
    reader.only(_CASE_KEYS, required=("office", "learned_at"))
    listed = data.get("events") or []
    if not isinstance(listed, list):
        raise reader.wrong("events", "a list")
    accounts = tuple(c.value for c in ReleaseChannel if c is not ReleaseChannel.PRESS_CONFERENCE)
    case: dict[str, Any] = {
        "office": reader.office("office", rules),
        "learned_at": reader.required_moment("learned_at"),
        "occurred_at": reader.moment("occurred_at"),
        "occurred_earliest": reader.moment("occurred_earliest"),
        "grade": reader.code_of(Grade, "grade"),
        "triggers": frozenset(reader.texts("triggers", rules.triggers, "triggers")),
        "overlays": frozenset(reader.texts("overlays", rules.rule_ids, "rules")),
        "accounts": reader.texts("accounts", accounts, "accounts") if "accounts" in data else OWN_ACCOUNTS,
        "events": tuple(_event(e, n, rules) for n, e in enumerate(listed, start=1)),
    }
    if case["office"] is None:
        raise MissingKey(field="office", where="facts", key="office")
    _refuse_impossible_order(case)
    now = reader.moment("now")
    if now is not None:
        _refuse_future(case, now)
    return case


def read_now(data: Mapping[str, Any]) -> datetime | None:
    """The ``now`` of a document, if it names one.

    Raises:
        WrongValue: it is no time with an offset.
    """
    return _Reader("facts", data).moment("now")


def read_event(data: object, rules: Rulebook, *, where: str = "event") -> FactEvent:
    """One dated fact of a document, for a caller that stores facts singly.

    Raises:
        DomainError: unknown kind or key, missing key, a value outside its list, a waiver of a reporting duty.
    """
    if not isinstance(data, Mapping):
        raise WrongValue(where=where, key="it", wanted="a JSON object", value=type(data).__name__)
    reader = _Reader(where, data)
    kind = reader.code_of(FactKind, "kind")
    if kind is None:
        raise MissingKey(field="kind", where=where, key="kind")
    required, optional = KEYS.get(kind, ((), ()))
    reader.only(("kind", "at", "recorded_at", *required, *optional), required=("at", *required))
    at, recorded_at = reader.required_moment("at"), reader.moment("recorded_at")
    if recorded_at is not None and recorded_at < at:
        raise WrittenBeforeItHappened(field="recorded_at", where=where)
    values: dict[str, Any] = {key: _READERS[key](reader, rules) for key in (*required, *optional) if key in data}
    for key in required:
        if not values[key]:
            raise MissingKey(field=key, where=where, key=key)
    if kind is FactKind.FACTS_CORRECTED:
        values["corrects"] = _corrected_keys(reader)
    _refuse_wrong_act(kind, values.get("rule_id", ""), rules)
    renamed = {"sender" if key == "from" else key: value for key, value in values.items() if value is not None}
    return FactEvent(kind=kind, at=at, recorded_at=recorded_at, **renamed)


def _refuse_wrong_act(kind: FactKind, rule_id: str, rules: Rulebook) -> None:
    if kind is FactKind.WAIVED and rules.family_of(rule_id) is Family.REPORTING:
        raise WaiverRefused(field="rule_id", rule_id=rule_id)
    if kind is FactKind.EXTENSION_APPROVED and not any(rule_id in {r.rule_id, r.extends} for r in rules.extensions):
        raise NoExtension(field="rule_id", rule_id=rule_id, known=", ".join(r.extends for r in rules.extensions))
    met_by_report = any(r.rule_id == rule_id and r.met_by is not MetBy.DUTY_DONE for r in rules.deadlines)
    if kind is FactKind.DUTY_DONE and met_by_report:
        raise NotDoneByWord(field="rule_id", rule_id=rule_id)


def _event(data: object, number: int, rules: Rulebook) -> FactEvent:
    kind = data.get("kind") if isinstance(data, Mapping) else None
    return read_event(data, rules, where=f"event {number}" + (f" ({kind})" if isinstance(kind, str) else ""))


def _corrected_keys(reader: _Reader) -> frozenset[str]:
    """Which facts a correction sets; ``null`` sets a grade or an occurrence to unknown."""
    corrects = frozenset(key for key in _CORRECTABLE if key in reader.data)
    if not corrects:
        raise MissingKey(field="grade", where=reader.where, key=f"one of {', '.join(_CORRECTABLE)}")
    if "learned_at" in corrects and reader.data["learned_at"] is None:
        raise reader.wrong("learned_at", "a time: an office always learned at some moment")
    return corrects


def _rule_id(reader: _Reader, rules: Rulebook) -> str:
    value = reader.text("rule_id")
    if value not in rules.rule_ids:
        raise reader.wrong("rule_id", "the id of a rule, such as R1 (incident-desk rules sheet lists them)")
    return value


def _trigger(reader: _Reader, rules: Rulebook) -> str:
    value = reader.text("trigger")
    if value not in rules.triggers:
        raise reader.wrong("trigger", f"one of {', '.join(rules.triggers)}")
    return value


def _text_reader(key: str) -> Callable[[_Reader, Rulebook], object]:
    return lambda reader, _rules: reader.text(key)


_READERS: Mapping[str, Callable[[_Reader, Rulebook], object]] = {
    "grade": lambda r, _: r.code_of(Grade, "grade"),
    "known_since": lambda r, _: r.moment("known_since"),
    "trigger": _trigger,
    "triggers": lambda r, rules: frozenset(r.texts("triggers", rules.triggers, "triggers")),
    "occurred_at": lambda r, _: r.moment("occurred_at"),
    "learned_at": lambda r, _: r.moment("learned_at"),
    "office": lambda r, rules: r.office("office", rules),
    "from": lambda r, rules: r.office("from", rules),
    "report_kind": lambda r, _: r.code_of(ReportKind, "report_kind"),
    "form": lambda r, _: r.code_of(ReportForm, "form"),
    "to": lambda r, _: r.texts("to", Recipient, "recipients"),
    "issuer": lambda r, _: r.code_of(Issuer, "issuer"),
    "channel": lambda r, _: r.code_of(ReleaseChannel, "channel"),
    "rule_id": _rule_id,
    "opinion": _text_reader("opinion"),
    **{key: _text_reader(key) for key in _VOUCHED},
}


def _refuse_impossible_order(case: Mapping[str, Any]) -> None:
    """Learned before happened, as first told and after every correction."""
    learned, occurred = case["learned_at"], case["occurred_at"]
    earliest = case["occurred_earliest"]
    if earliest is not None and occurred is not None and earliest > occurred:
        raise WrongValue(
            field="occurred_earliest", where="facts", key="occurred_earliest",
            wanted="no later than occurred_at", value=earliest.isoformat(),
        )  # fmt: skip
    corrections = sorted((e for e in case["events"] if e.kind is FactKind.FACTS_CORRECTED), key=FactEvent.sort_key)
    for correction in (None, *corrections):
        if correction is not None:
            learned = correction.learned_at or learned
            occurred = correction.occurred_at if "occurred_at" in correction.corrects else occurred
        if occurred is not None and occurred > learned:
            raise LearnedBeforeHappened(field="learned_at", learned=learned.isoformat(), occurred=occurred.isoformat())


def _refuse_future(case: Mapping[str, Any], now: datetime) -> None:
    moments = [("facts", key, case[key]) for key in ("learned_at", "occurred_at", "occurred_earliest")]
    for number, event in enumerate(case["events"], start=1):
        where = f"event {number} ({event.kind})"
        moments += [(where, key, getattr(event, key)) for key in ("at", "recorded_at", "occurred_at", "learned_at")]
    for where, key, moment in moments:
        if moment is not None and moment > now:
            raise LiesAhead(field=key, where=where, key=key, value=moment.isoformat(), now=now.isoformat())
