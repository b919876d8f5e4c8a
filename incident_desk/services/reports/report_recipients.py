"""To whom a report goes: who is still missing on the open clocks of the reporting office, each by its full name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from incident_desk.domain.china_time import china_date
from incident_desk.domain.clocks.clock_values import Clock
from incident_desk.domain.law.legal_codes import Grade, MetBy, Recipient, ReportForm, ReportKind
from incident_desk.domain.law.rulebook import Rulebook
from incident_desk.domain.offices import MINISTRY
from incident_desk.domain.permissions import Actor
from incident_desk.domain.reports.addressees import (
    all_addressees,
    department_of,
    required_departments,
    suggested,
)
from incident_desk.extensions import db
from incident_desk.models import Incident
from incident_desk.services import scope
from incident_desk.services.cases import facts
from incident_desk.services.law import clocks
from incident_desk.services.law.clocks import CaseClock
from incident_desk.services.reports import report_departments

FIRST_REPORT_RULES = frozenset({"R1", "R2", "R3", "R4", "R5", "R10", "L1", "L2"})
"""Rules that a report upward serves. Departments beside us (R11) are told by their own act, not held up by it."""

TELLS_DEPARTMENTS = "R11"
BY_KIND = {ReportKind.FOLLOW_UP: MetBy.FOLLOW_UP_REPORT, ReportKind.RESULT: MetBy.RESULT_REPORT}
"""What meets the clock of a kind beside those of first reports (R6, R7)."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The office that reports and the recipients that its open clocks lack; *rule_ids* are those clocks' rules."""

    office: str
    recipients: tuple[str, ...]
    rule_ids: tuple[str, ...]


def wanted(
    actor: Actor, case_no: str, *, form: ReportForm, rule_id: str | None = None, office: str | None = None,
    kind: ReportKind = ReportKind.INITIAL,
) -> Wanted:  # fmt: skip
    """Which office reports by *form*, and to whom: what its open clocks lack, else whom its clocks name at all.

    A follow-up and a result report also go to everyone who was told before (R6, R7); coming from R11, the report goes
    to the departments that it still lacks. A first report begins with the suggestions of ``report_recipients.csv`` too.

    An office above may report for one below: *office* where it is given and below the actor's, else the actor's own
    if one of its clocks is open, else the office with the most urgent open clock below it.

    Raises:
        NotFound: not this actor's to see.
    """
    incident = scope.incident(actor, case_no)
    every = clocks.clocks_of(actor, case_no)
    lines = [line for line in every if _is_met_by_report(line.clock, form, kind)]
    named = [line for line in lines if rule_id is None or line.clock.rule_id == rule_id] or lines
    reporting = _office(actor, incident, named, office)
    own = [line.clock for line in lines if line.clock.office == reporting and line.clock.is_live]
    open_clocks = [clock for clock in own if not clock.is_closed]
    rule_ids = tuple(dict.fromkeys(clock.rule_id for clock in open_clocks))
    if rule_id == TELLS_DEPARTMENTS:
        missing = report_departments.missing(db.session(), incident, reporting)
        return Wanted(reporting, missing or required_departments(is_water=True), (TELLS_DEPARTMENTS,))
    codes = [code for clock in open_clocks for code in clock.missing] or [
        code for clock in own for code in clock.recipients
    ]
    bodies = _spelled_out(incident, reporting, codes) or _of_rule(incident, reporting)
    if kind is ReportKind.INITIAL:
        bodies = same_body(reporting, (*bodies, *_suggested(incident, reporting)))
    return Wanted(reporting, bodies, rule_ids)


def missing_of(clocks_known: Iterable[Clock], office: str, form: ReportForm) -> tuple[str, ...]:
    """Recipients that open clocks of *office* for first reports lack and a report by *form* would reach."""
    codes = [
        code
        for clock in clocks_known
        if clock.office == office and not clock.is_closed and _is_met_by_report(clock, form)
        for code in clock.missing
    ]
    return same_body(office, codes)


def name_zh(office: str, addressee: str) -> str:
    """The body that *addressee* is for *office*: ``十堰市人民政府``, ``湖北省生态环境厅``, ``十堰市水利和湖泊局``."""
    offices = Rulebook.shipped().offices
    place = offices.get(office)
    department = department_of(addressee)
    if department is not None:
        return department.name_zh(place)
    names = {
        Recipient.OWN_GOVERNMENT: offices.government_zh(office),
        Recipient.LEVEL_UP: offices.bureau_zh(place.parent_code),
        Recipient.PROVINCE: offices.bureau_zh(place.province_code),
        Recipient.MINISTRY: offices.bureau_zh(MINISTRY),
        Recipient.PEER_DEPARTMENTS: "同级有关部门",
        Recipient.PROVINCIAL_DUTY_ROOM: "省委、省政府总值班室",
    }
    return names[Recipient(addressee)]


def choices(office: str) -> tuple[tuple[str, str], ...]:
    """Every addressee that *office* may choose with its name, one code a body, itself left out."""
    return tuple((addressee, name) for name, addressee in _codes(office).items())


def same_body(office: str, addressees: Iterable[str]) -> tuple[str, ...]:
    """*addressees* with one code a body, always the same: where one level up is the province, ``province``."""
    codes = _codes(office)
    known = frozenset(all_addressees())
    chosen = {codes.get(name_zh(office, one)) for one in addressees if one in known}
    return tuple(code for code in all_addressees() if code in chosen)


def _codes(office: str) -> dict[str, str]:
    """The one code of each body that *office* may report to, by its name."""
    bodies = {name_zh(office, addressee): addressee for addressee in all_addressees()}
    bodies.pop(Rulebook.shipped().offices.bureau_zh(office), None)
    return bodies


def _spelled_out(incident: Incident, office: str, codes: Iterable[str]) -> tuple[str, ...]:
    """The codes of clocks as addressees: departments one by one, those that the office has told so far."""
    found = list(dict.fromkeys(codes))
    if Recipient.PEER_DEPARTMENTS.value in found:
        found += report_departments.told(db.session(), incident, office)
    return same_body(office, found)


def _suggested(incident: Incident, office: str) -> tuple[Recipient, ...]:
    """Whom the table suggests to an office of this level by the grade, or while it is open by the circumstances."""
    rules = Rulebook.shipped()
    sensitive = bool(facts.current_triggers(db.session(), incident.id) & rules.article4_triggers)
    grade = Grade(incident.grade) if incident.grade else None
    return suggested(rules.offices.get(office), grade, is_sensitive=sensitive)


def is_province(office: str, recipient: str) -> bool:
    """Whether *recipient* of a report of *office* is the provincial department."""
    place = Rulebook.shipped().offices.get(office)
    by_code = recipient == Recipient.PROVINCE or (recipient == Recipient.LEVEL_UP and place.reports_to_province)
    return by_code and office != place.province_code


def _office(actor: Actor, incident: Incident, lines: list[CaseClock], office: str | None) -> str:
    prefix = scope.code_prefix(actor.office)
    part_of = {incident.office_code, *(row.office_code for row in incident.offices)}
    if office is not None and office in part_of and office.startswith(prefix):
        return office
    urgent = [line.clock.office for line in lines if not line.clock.is_closed and line.clock.office.startswith(prefix)]
    if actor.office in urgent or (actor.office in part_of and not urgent):
        return actor.office
    if urgent:
        return urgent[0]
    return incident.office_code if incident.office_code.startswith(prefix) else actor.office


def _is_met_by_report(clock: Clock, form: ReportForm, kind: ReportKind = ReportKind.INITIAL) -> bool:
    met_by = next((rule.met_by for rule in Rulebook.shipped().deadlines if rule.rule_id == clock.rule_id), None)
    if met_by is not None and met_by is BY_KIND.get(kind):
        return True
    if clock.rule_id not in FIRST_REPORT_RULES:
        return False
    return met_by is MetBy.REPORT or (met_by is MetBy.WRITTEN_REPORT and form is ReportForm.WRITTEN)


def _of_rule(incident: Incident, office: str) -> tuple[str, ...]:
    """Whom the first report of an office without clocks goes to: the milder rule's recipients."""
    rules = Rulebook.shipped().in_force_on(china_date(incident.learned_at))
    return same_body(office, rules["R1"].recipients)
