"""Whom to ring now, in what order and why: the calls that stand above the legal clocks until they are made.

Pure: it works on what the trace, the telephone list and the roster say, and proposes; people ring.
The order is that of harm. First whoever draws the water, by the arrival of the front; then whoever can hold
it back below and thin out or stop the flow above; then who is nearest to the scene; then who decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from incident_desk.domain.china_time import china_date, local_minute, short_minute, zh_time, zh_time_with_year

INTAKE_KINDS = frozenset({"intake"})
STRUCTURE_KINDS = frozenset({"dam", "reservoir", "sluice", "weir", "hydro_dam", "hydro_diversion"})
MOST_WATERWORKS = 4
MOST_BELOW = 2
MOST_ABOVE = 3
NIGHT = timedelta(hours=24)
"""Intakes that the front can reach within this time are all rung; beyond it only the nearest."""
ABOVE_WITHIN_M = 150_000.0
"""A structure farther up changes the flow at the spill too late to matter for the first hours."""


class CallRole(StrEnum):
    """Who is rung, in the order in which the desk rings."""

    WATERWORKS = "waterworks"
    STRUCTURE_BELOW = "structure_below"
    STRUCTURE_ABOVE = "structure_above"
    COUNTY_BUREAU = "county_bureau"
    FIRE_BRIGADE = "fire_brigade"
    DUTY_LEADER = "duty_leader"
    PREFECTURE_DESK = "prefecture_desk"
    PROVINCE_DESK = "province_desk"
    NEIGHBOUR_DESK = "neighbour_desk"


@dataclass(frozen=True, slots=True)
class Contact:
    """A line of the telephone list. *facility_ids* are the receptors and structures it answers for."""

    id: str
    name_zh: str
    name_en: str
    number: str
    role: CallRole
    region_code: str = ""
    facility_ids: tuple[str, ...] = ()
    is_sample: bool = False


@dataclass(frozen=True, slots=True)
class SpillPlace:
    """What happened, as far as a call needs it. *reaches_water* None means nobody knows."""

    place_text: str
    region_code: str
    water_body: str = ""
    substance_zh: str = ""
    substance_en: str = ""
    reaches_water: bool | None = None


@dataclass(frozen=True, slots=True)
class ReceptorBelow:
    """A receptor on the way of the water; arrivals are aware, or all None where the front is held."""

    id: str
    kind: str
    name: str
    distance_m: float
    earliest: datetime | None = None
    likely: datetime | None = None
    latest: datetime | None = None


@dataclass(frozen=True, slots=True)
class StructureAbove:
    """A dam, reservoir, power station or sluice above the spill; *distance_m* along the river."""

    id: str
    kind: str
    name: str
    distance_m: float


@dataclass(frozen=True, slots=True)
class CallToMake:
    """One call. *key* is the same whenever the proposal is made anew, so that a made call stays made.

    *number* is None where the telephone list has none; the call is proposed all the same.
    *before* is the moment by which it should be made, the earliest arrival.
    """

    key: str
    order: int
    role: CallRole
    name_zh: str
    name_en: str
    number: str | None
    reason_zh: str
    reason_en: str
    contact_id: str | None = None
    facility_ids: tuple[str, ...] = ()
    before: datetime | None = None
    is_sample: bool = False


def propose_first_calls(
    spill: SpillPlace,
    receptors: Iterable[ReceptorBelow],
    structures_above: Iterable[StructureAbove],
    contacts: Sequence[Contact],
    leaders: Sequence[Contact],
    *,
    now: datetime,
) -> tuple[CallToMake, ...]:
    """The calls to make now, first things first.

    Args:
        spill: place and region (GB/T 2260) of the incident.
        receptors: what the trace found below, in any order.
        structures_above: what an upstream trace found.
        contacts: the telephone list; for the scene the nearest region wins: county, prefecture, province.
        leaders: who leads on duty now, the first in charge first.
        now: aware; an arrival before it has passed already.

    Returns:
        one call a contact, in order from 1; a facility without a number keeps its place in the order.
    """
    below = sorted(receptors, key=lambda receptor: receptor.distance_m)
    above = sorted(structures_above, key=lambda structure: structure.distance_m)
    drafts = (
        *_waterworks(below, contacts, now),
        *_below(below, contacts, now),
        *_above(above, contacts),
        *_scene(spill, contacts),
        *_leaders(spill, leaders),
        *_upward(spill, below, contacts),
    )
    seen: dict[str, CallToMake] = {}
    for call in drafts:
        seen.setdefault(call.key, call)
    return tuple(replace(call, order=order) for order, call in enumerate(seen.values(), start=1))


def _waterworks(below: Sequence[ReceptorBelow], contacts: Sequence[Contact], now: datetime) -> list[CallToMake]:
    intakes = [receptor for receptor in below if receptor.kind in INTAKE_KINDS]
    near = [receptor for receptor in intakes if receptor.earliest and receptor.earliest <= now + NIGHT]
    near = near or intakes[:1]
    near.sort(key=lambda receptor: (receptor.earliest or now + NIGHT, receptor.distance_m))
    calls = []
    for receptor in near[:MOST_WATERWORKS]:
        zh, en = _arrival_words(receptor, now)
        reason_zh = f"取水口在下游{_km(receptor.distance_m)}公里，{zh}：请准备停止取水、启用备用水源"
        reason_en = (
            f"Intake {_km(receptor.distance_m)} km below, {en}: prepare to stop drawing, open the reserve source"
        )
        calls.append(
            _to_facility(
                CallRole.WATERWORKS,
                receptor,
                contacts,
                reason_zh=reason_zh,
                reason_en=reason_en,
                before=receptor.earliest,
            )
        )
    return calls


def _below(below: Sequence[ReceptorBelow], contacts: Sequence[Contact], now: datetime) -> list[CallToMake]:
    calls: dict[str, CallToMake] = {}
    for receptor in below:
        if receptor.kind not in STRUCTURE_KINDS or len(calls) == MOST_BELOW:
            continue
        zh, en = _arrival_words(receptor, now)
        reason_zh = f"在下游{_km(receptor.distance_m)}公里，{zh}：请控制下泄、拦住污染团，并告知出入库流量"
        reason_en = f"{_km(receptor.distance_m)} km below, {en}: hold the water back, tell inflow and outflow"
        call = _to_facility(
            CallRole.STRUCTURE_BELOW,
            receptor,
            contacts,
            reason_zh=reason_zh,
            reason_en=reason_en,
            before=receptor.earliest,
        )
        calls.setdefault(call.key, call)
    return list(calls.values())


def _above(above: Sequence[StructureAbove], contacts: Sequence[Contact]) -> list[CallToMake]:
    calls: dict[str, CallToMake] = {}
    for structure in above:
        near = structure.distance_m <= ABOVE_WITHIN_M and structure.kind in STRUCTURE_KINDS
        if not near or len(calls) == MOST_ABOVE:
            continue
        reason_zh = f"在上游{_km(structure.distance_m)}公里：请减小或停止下泄，为拦截争取时间，并告知现在的流量"
        reason_en = f"{_km(structure.distance_m)} km above: cut the release to win time, tell the flow now"
        call = _to_facility(CallRole.STRUCTURE_ABOVE, structure, contacts, reason_zh=reason_zh, reason_en=reason_en)
        calls.setdefault(call.key, call)
    return list(calls.values())


def _scene(spill: SpillPlace, contacts: Sequence[Contact]) -> list[CallToMake]:
    where = spill.place_text or "现场"
    what_zh, what_en = spill.substance_zh or "泄漏物", spill.substance_en or "the substance"
    reasons = {
        CallRole.COUNTY_BUREAU: (
            f"立即派人到{where}核实、取证、监测，并报告本级政府",
            "Send people to the scene at once: verify, photograph, sample; tell the county government",
        ),
        CallRole.FIRE_BRIGADE: (
            f"请堵漏、围堵{what_zh}，冲洗水不要进河",
            f"Stop the leak and dam in {what_en}; keep the flushing water out of the river",
        ),
    }
    calls = []
    for role, (reason_zh, reason_en) in reasons.items():
        contact = _nearest(role, spill.region_code, contacts)
        if contact:
            calls.append(_to_contact(contact, reason_zh, reason_en))
        else:
            calls.append(_without_contact(role, spill.region_code, reason_zh, reason_en))
    return calls


def _leaders(spill: SpillPlace, leaders: Sequence[Contact]) -> list[CallToMake]:
    reason_zh = f"报告{spill.water_body or '现场'}情况，请示等级认定、赶赴现场和专家调用"
    reason_en = "Report the state of things; ask about the grade, going to the scene and the call-out"
    return [_to_contact(leader, reason_zh, reason_en) for leader in leaders]


def _upward(spill: SpillPlace, below: Sequence[ReceptorBelow], contacts: Sequence[Contact]) -> list[CallToMake]:
    """Desks above and beside: the prefecture always, the province when water, a border or Danjiangkou is concerned."""
    crosses = any(receptor.kind == "border" or "丹江口" in receptor.name for receptor in below)
    calls = []
    prefecture = _nearest(CallRole.PREFECTURE_DESK, spill.region_code, contacts)
    if prefecture:
        calls.append(_to_contact(prefecture, "电话先报，书面随后", "Tell by telephone first, in writing after"))
    province = _nearest(CallRole.PROVINCE_DESK, spill.region_code, contacts)
    if province and (crosses or spill.reaches_water is not False):
        zh = "下游涉及省界或丹江口水库，先电话报告" if crosses else "可能影响水体，先电话报告"
        en = "A border or Danjiangkou lies below: telephone first" if crosses else "Water may be hit: telephone first"
        calls.append(_to_contact(province, zh, en))
    if crosses:
        desks = [contact for contact in contacts if contact.role is CallRole.NEIGHBOUR_DESK]
        reason = ("污染团可能进入贵方，请加密监测并通报情况", "The plume may reach you: watch closely and tell us")
        calls.extend(_to_contact(desk, *reason) for desk in desks)
    return calls


def _to_facility(
    role: CallRole,
    facility: ReceptorBelow | StructureAbove,
    contacts: Sequence[Contact],
    *,
    reason_zh: str,
    reason_en: str,
    before: datetime | None = None,
) -> CallToMake:
    roles = _STRUCTURES if role in _STRUCTURES else {role}
    for contact in contacts:
        if contact.role in roles and facility.id in contact.facility_ids:
            return _to_contact(contact, reason_zh, reason_en, role=role, facility=facility.id, before=before)
    name = facility.name
    return CallToMake(
        key=f"{role}:{facility.id}", order=0, role=role, name_zh=name, name_en=name, number=None,
        reason_zh=reason_zh, reason_en=reason_en, facility_ids=(facility.id,), before=before,
    )  # fmt: skip


_STRUCTURES = frozenset({CallRole.STRUCTURE_BELOW, CallRole.STRUCTURE_ABOVE})


def _to_contact(
    contact: Contact,
    reason_zh: str,
    reason_en: str,
    *,
    role: CallRole | None = None,
    facility: str | None = None,
    before: datetime | None = None,
) -> CallToMake:
    return CallToMake(
        key=f"contact:{contact.id}",
        order=0,
        role=role or contact.role,
        name_zh=contact.name_zh,
        name_en=contact.name_en,
        number=contact.number or None,
        reason_zh=reason_zh,
        reason_en=reason_en,
        contact_id=contact.id,
        facility_ids=(facility,) if facility else contact.facility_ids,
        before=before,
        is_sample=contact.is_sample,
    )


def _without_contact(role: CallRole, region_code: str, reason_zh: str, reason_en: str) -> CallToMake:
    """A role for which the telephone list has no line; the place in the order is kept."""
    zh = {CallRole.COUNTY_BUREAU: "事发地县(市、区)分局", CallRole.FIRE_BRIGADE: "事发地消防救援"}[role]
    en = {CallRole.COUNTY_BUREAU: "County bureau of the place", CallRole.FIRE_BRIGADE: "Fire brigade of the place"}[
        role
    ]
    return CallToMake(f"{role}:{region_code}", 0, role, zh, en, None, reason_zh, reason_en)


def _nearest(role: CallRole, region_code: str, contacts: Sequence[Contact]) -> Contact | None:
    """The contact of this role for the region itself, else for its prefecture, else for its province."""
    for code in (region_code[:6], f"{region_code[:4]}00", f"{region_code[:2]}0000"):
        for contact in contacts:
            if contact.role is role and contact.region_code == code:
                return contact
    return None


def _arrival_words(receptor: ReceptorBelow, now: datetime) -> tuple[str, str]:
    if receptor.earliest is None or receptor.latest is None:
        return "到达时间无法估算", "arrival cannot be reckoned"
    first, last = (_spoken(moment, now) for moment in (receptor.earliest, receptor.latest))
    if receptor.latest < now:
        return f"污染团可能已通过（{first[0]}至{last[0]}）", f"the plume has probably passed ({first[1]} to {last[1]})"
    if receptor.earliest <= now:
        return f"污染团可能已到，最迟{last[0]}", f"the front may be there already, at the latest {last[1]}"
    return f"污染团最早{first[0]}、最迟{last[0]}到达", f"front between {first[1]} and {last[1]}"


def _spoken(moment: datetime, now: datetime) -> tuple[str, str]:
    """As it is said on the telephone, in Chinese and in English; the year where it is another one."""
    if china_date(moment).year == china_date(now).year:
        return zh_time(moment), short_minute(moment)
    return zh_time_with_year(moment), local_minute(moment)


def _km(distance_m: float) -> str:
    return f"{distance_m / 1_000.0:.1f}"
