"""Everything one derivation needs in one place: facts, history, rules in force, names, and how a clock is opened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache

from incident_desk.domain.china_time import CHINA
from incident_desk.domain.clocks.clock_history import Change, History, Standing
from incident_desk.domain.clocks.clock_values import Because, Clock
from incident_desk.domain.facts.case_facts import CaseFacts, FactEvent
from incident_desk.domain.law.legal_codes import SERIOUS, FactKind, Grade, Recipient
from incident_desk.domain.law.rulebook import DeadlineRule, Rulebook
from incident_desk.domain.offices import MINISTRY, OfficeLevel

_ORDER = tuple(Recipient)


@dataclass(frozen=True, slots=True)
class Acts:
    """What all steps of a derivation share: reports by sender, bodies and names once looked up, acts once counted."""

    filings: Mapping[str, tuple[FactEvent, ...]]
    bodies: dict[tuple[str, str], str] = field(default_factory=dict)
    names: dict[tuple[str, ...], str] = field(default_factory=dict)
    recipients: dict[tuple[str, frozenset[str]], tuple[str, ...]] = field(default_factory=dict)
    met: dict[tuple[object, ...], tuple[Mapping[str, datetime], datetime | None]] = field(default_factory=dict)

    @classmethod
    def of(cls, facts: CaseFacts) -> Acts:
        """The acts of *facts*; a report without sender is the file's office's."""
        filings: dict[str, list[FactEvent]] = {}
        for event in facts.of_kind(FactKind.REPORT_FILED):
            filings.setdefault(event.sender or facts.office, []).append(event)
        return cls({office: tuple(events) for office, events in filings.items()})


@dataclass(frozen=True, slots=True)
class Case:
    """One file as it is known at one step; *facts* hold every act (report, notice, release) whatever the step."""

    facts: CaseFacts
    history: History
    rules: Mapping[str, DeadlineRule]
    book: Rulebook
    now: datetime
    acts: Acts

    @property
    def province(self) -> str:
        """Code of the province the file's office lies in."""
        return self.book.offices.get(self.facts.office).province_code

    def is_sensitive(self, standing: Standing) -> bool:
        """True with any circumstance of 令17号 第四条."""
        return bool(standing.triggers & self.book.article4_triggers)

    def reports_as_serious(self, standing: Standing) -> bool:
        """True when the first report goes by the procedure of grades I and II.

        So it does when it is so judged, or undetermined and sensitive (令17号 第三条、第四条).
        """
        if standing.grade is None:
            return self.is_sensitive(standing)
        return standing.grade in SERIOUS

    def recipients_for(self, grade: Grade | None) -> tuple[str, ...]:
        """Codes of those who receive a report at *grade*."""
        rule = self.rules.get("R2" if grade in SERIOUS else "R1")
        return rule.recipients if rule else ()

    def filings(self, office: str) -> tuple[FactEvent, ...]:
        """Reports that *office* itself filed, oldest first."""
        return self.acts.filings.get(office, ())

    def body(self, office: str, recipient: str) -> str:
        """The one body behind a recipient code, so that two codes of one body are one recipient."""
        known = self.acts.bodies.get((office, recipient))
        if known is None:
            known = self.acts.bodies[office, recipient] = self._body(office, recipient)
        return known

    def _body(self, office: str, recipient: str) -> str:
        place = self.book.offices.get(office)
        bodies: dict[str, str] = {
            Recipient.OWN_GOVERNMENT: f"government:{office}",
            Recipient.LEVEL_UP: f"eeb:{place.parent_code}",
            Recipient.PROVINCE: f"eeb:{place.province_code}",
            Recipient.MINISTRY: f"eeb:{MINISTRY}",
            Recipient.PEER_DEPARTMENTS: f"peers:{office}",
            Recipient.PROVINCIAL_DUTY_ROOM: f"duty_room:{place.province_code}",
        }
        return bodies.get(recipient, recipient)

    def one_each(self, office: str, codes: Iterable[str]) -> tuple[str, ...]:
        """*codes* with one code a body, the office itself left out, in the order of the hierarchy.

        Where the level up is the province, ``province`` stands for both if both are named.
        """
        wanted = frozenset(codes)
        known = self.acts.recipients.get((office, wanted))
        if known is None:
            known = self.acts.recipients[office, wanted] = self._one_each(office, wanted)
        return known

    def _one_each(self, office: str, wanted: frozenset[str]) -> tuple[str, ...]:
        bodies: dict[str, str] = {}
        for code in (*(r.value for r in _ORDER if r in wanted), *sorted(wanted - set(_ORDER))):
            body = self.body(office, code)
            if body != f"eeb:{office}":
                bodies[body] = code
        return tuple(bodies.values())

    def recipient_zh(self, office: str, code: str) -> str:
        """Chinese name of the body behind *code*."""
        known = self.acts.names.get((office, code))
        if known is None:
            known = self.acts.names[office, code] = self._recipient_zh(office, code)
        return known

    def _recipient_zh(self, office: str, code: str) -> str:
        kind, _, place = self.body(office, code).partition(":")
        if kind == "eeb":
            return self.book.offices.bureau_zh(place)
        if kind == "government":
            return self.book.offices.government_zh(place)
        names = {"peers": "同级有关部门", "duty_room": "省委、省政府总值班室", "public": "社会公众"}
        return names[kind] if kind in names else self.book.offices.bureau_zh(code)

    def duty_holder_zh(self, rule: DeadlineRule, office: str, *, grade: Grade | None = None) -> str:
        """Name of the duty holder of *rule* when it is *office*'s."""
        key = (rule.duty_holder_zh, office, grade or "")
        known = self.acts.names.get(key)
        if known is None:
            known = self.acts.names[key] = self._duty_holder_zh(rule, office, grade)
        return known

    def _duty_holder_zh(self, rule: DeadlineRule, office: str, grade: Grade | None) -> str:
        offices = self.book.offices
        place = offices.get(office)
        prefecture = place.parent_code if place.level is OfficeLevel.COUNTY else office
        return rule.duty_holder_zh.format(
            bureau=offices.bureau_zh(office),
            government=offices.government_zh(office),
            investigator=offices.bureau_zh(place.province_code if grade is Grade.III else prefecture),
        )

    def open_clock(
        self,
        rule: DeadlineRule,
        office: str,
        *,
        key: str,
        starts_at: datetime,
        because: Iterable[Because],
        minutes: int | None = None,
        recipients: Iterable[str] | None = None,
        reached_since: datetime | None = None,
        grade: Grade | None = None,
    ) -> Clock:
        """A clock of *rule* for *office*, not yet settled; minutes and recipients are the rule's unless given."""
        limit = minutes if minutes is not None else rule.within_minutes
        due_at = starts_at + timedelta(minutes=limit) if limit else None
        preset = starts_at + timedelta(minutes=rule.preset_minutes) if rule.preset_minutes else None
        codes = self.one_each(office, rule.recipients if recipients is None else recipients)
        return Clock(
            rule_id=rule.rule_id,
            office=office,
            start_key=key,
            title=rule.title,
            title_zh=rule.title_zh,
            article=rule.provenance.article,
            duty_holder=self.duty_holder_zh(rule, office, grade=grade),
            recipients=codes,
            recipients_zh=tuple(self.recipient_zh(office, code) for code in codes),
            starts_at=starts_at,
            due_at=due_at,
            strict_due_at=due_at,
            because=tuple(because),
            preset_due_at=preset,
            reached_since=reached_since,
            missing=codes,
        )

    def learned(self, office: str, at: datetime) -> Because:
        """The sentence that an office learned of the incident."""
        return Because("learned", at, f"{clock_time_zh(at)} {self.book.offices.bureau_zh(office)}得知")

    def opening_reasons(
        self, standing: Standing, at: datetime, *, named: frozenset[str] | None = None
    ) -> tuple[Because, ...]:
        """Sentences on what was known at the start: the grade, else the circumstances (those *named*, or of Art. 4)."""
        triggers = sorted(standing.triggers & (self.book.article4_triggers if named is None else named))
        if standing.grade is not None and not (named and triggers):
            return (Because("grade", at, f"此时已初步认定为{standing.grade.zh}（{standing.grade}级）"),)
        if not triggers:
            return (Because("undetermined", at, "级别尚未判明"),)
        return tuple(self.trigger_reason(code, at) for code in triggers)

    def trigger_reason(self, code: str, at: datetime) -> Because:
        """The sentence that a circumstance is known."""
        return Because("trigger_known", at, f"{code} {self.book.triggers[code].name_zh}")

    def change_reason(
        self, change: Change | None, at: datetime, standing: Standing, *, named: frozenset[str] | None = None
    ) -> tuple[Because, ...]:
        """Sentences on the change that started or ended something; without a change, on the opening facts."""
        if change is None or change.event is None:
            return self.opening_reasons(standing, at, named=named)
        event, when = change.event, clock_time_zh(change.at)
        if event.kind is FactKind.TRIGGER_KNOWN and event.trigger:
            return (self.trigger_reason(event.trigger, change.at),)
        if event.kind is FactKind.TRIGGER_WITHDRAWN:
            return (Because(event.kind, change.at, f"{when} 撤销{event.trigger}情形"),)
        return (Because(event.kind, change.at, f"{when} {_judgement_zh(change)}"),)


def _judgement_zh(change: Change) -> str:
    before, after = change.before.grade, change.after.grade
    new = f"{after.zh}（{after}级）" if after else "未判明"
    if before is None:
        return f"初步认定为{new}"
    direction = "调高" if after and after.rank > before.rank else "调低"
    return f"级别由{before.zh}（{before}级）{direction}为{new}"


@lru_cache(maxsize=4096)
def clock_time_zh(moment: datetime) -> str:
    """Office time as a Chinese sentence writes it: 3月2日 02:25."""
    local = moment.astimezone(CHINA)
    return f"{local.month}月{local.day}日 {local:%H:%M}"


def prefecture_of(case: Case) -> str | None:
    """The prefecture bureau the file lies under; None when the file is the province's own."""
    office = case.book.offices.get(case.facts.office)
    if office.level is OfficeLevel.PROVINCE:
        return None
    if office.level is OfficeLevel.COUNTY and not office.reports_to_province:
        return office.parent_code
    return office.code
