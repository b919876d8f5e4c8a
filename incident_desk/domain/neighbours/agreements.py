"""Agreements on joint prevention (联防联控协议): a line of the register, what a pair of areas lacks, masked contacts.

Source: 环应急〔2020〕5号; 鄂环办〔2021〕31号 二、1. The province's list of 2023 names 19 key basins and asks for a
joint meeting a year. Five of the 19 are known from public text and stand in ``key_basins.csv``; none is invented.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache

from incident_desk.domain.errors import N_, DomainError
from incident_desk.domain.neighbours.affected import peer_of
from incident_desk.domain.tables import read_table
from incident_desk.paths import rules_dir

LISTED_BASINS = 19
"""Basins on the province's list; the table holds those of them that are known by name."""
ALL_WATERS = "全部跨界水体"
"""Water body of an agreement that covers every river between its parties."""
_BASIN_COLUMNS = ("name_zh", "name_en", "rivers", "route_zh", "source", "evidence")


class AgreementLevel(StrEnum):
    """Rank of the two areas."""

    PROVINCE = "province"
    PREFECTURE = "prefecture"
    COUNTY = "county"


class AgreementGap(StrEnum):
    """What a border on a key basin lacks."""

    NO_AGREEMENT = "no_agreement"
    EXPIRED = "expired"
    NO_MEETING = "no_meeting"


class AgreementEnded(DomainError):
    """An entry that was taken off the register."""

    code = "agreement_ended"
    status = 409
    message_id = N_("This agreement was taken off the register. Enter a new one instead.")


class DisputeIncomplete(DomainError):
    """A dispute about nothing."""

    code = "dispute_incomplete"
    message_id = N_("Write what the dispute is about.")


class DisputeSettled(DomainError):
    """Settled a second time."""

    code = "dispute_settled"
    status = 409
    message_id = N_("This dispute was settled already.")


class DaysReversed(DomainError):
    """A day before the one it follows."""

    code = "days_reversed"
    message_id = N_("This day lies before the one it follows (%(before)s). Check both days.")


class DayAhead(DomainError):
    """A day that has not come."""

    code = "day_ahead"
    message_id = N_("This day has not come yet. Check the date.")


@dataclass(frozen=True, slots=True)
class Agreement:
    """One agreement as it stands in the register."""

    agreement_no: str
    water_body: str
    upstream_code: str
    downstream_code: str
    level: AgreementLevel
    title: str = ""
    signed_on: date | None = None
    valid_until: date | None = None
    upstream_contact: str = ""
    upstream_phone: str = ""
    downstream_contact: str = ""
    downstream_phone: str = ""
    last_meeting_on: date | None = None
    last_drill_on: date | None = None
    monitoring_plan: str = ""

    @property
    def parties(self) -> frozenset[str]:
        """Codes of the two areas, without saying which lies above."""
        return frozenset({self.upstream_code, self.downstream_code})

    def covers(self, river: str) -> bool:
        """Whether it is about this river."""
        return self.water_body == ALL_WATERS or river in self.water_body

    def is_expired(self, today: date) -> bool:
        """Whether its last day has passed; one without a last day holds on."""
        return self.valid_until is not None and self.valid_until < today

    def has_met_within_a_year(self, today: date) -> bool:
        """Whether a joint meeting was held since this day a year ago."""
        return self.last_meeting_on is not None and self.last_meeting_on >= a_year_before(today)


@dataclass(frozen=True, slots=True)
class Basin:
    """A key basin: its names, and its rivers as the network calls them."""

    name_zh: str
    name_en: str
    rivers: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True)
class Border:
    """A place where a river leaves one area for another; codes of counties, ``level`` the border's rank."""

    name: str
    river: str
    level: AgreementLevel
    from_code: str
    to_code: str


@dataclass(frozen=True, slots=True)
class BorderPair:
    """Two areas that a key basin's river joins, upstream first, and the borders between them."""

    river: str
    level: AgreementLevel
    upstream_code: str
    downstream_code: str
    borders: tuple[str, ...] = ()

    @property
    def parties(self) -> frozenset[str]:
        """Codes of the two areas."""
        return frozenset({self.upstream_code, self.downstream_code})


@dataclass(frozen=True, slots=True)
class GapFound:
    """What one pair lacks, and the agreement that it is about, where there is one."""

    pair: BorderPair
    gap: AgreementGap
    agreement: Agreement | None = None


@cache
def key_basins() -> tuple[Basin, ...]:
    """The key basins that are known by name."""
    rows = read_table(rules_dir() / "key_basins.csv", _BASIN_COLUMNS)
    return tuple(Basin(row["name_zh"], row["name_en"], tuple(row["rivers"].split(";")), row["source"]) for row in rows)


def border_pairs(borders: Iterable[Border], basins: Iterable[Basin]) -> tuple[BorderPair, ...]:
    """The pairs of areas along the basins' rivers, each once a river and rank, in the order of the borders.

    A border of a province asks for agreements of the provinces and of the prefectures at it; one of prefectures for
    theirs; one of counties for theirs. A river that is itself a border joins its two banks in either order.
    """
    rivers = {river for basin in basins for river in basin.rivers}
    found: dict[tuple[str, AgreementLevel, frozenset[str]], BorderPair] = {}
    for border in borders:
        if border.river not in rivers:
            continue
        for level, upper, lower in _parties(border):
            key = (border.river, level, frozenset({upper, lower}))
            pair = found.get(key) or BorderPair(border.river, level, upper, lower)
            found[key] = BorderPair(
                pair.river, level, pair.upstream_code, pair.downstream_code, (*pair.borders, border.name)
            )
    return tuple(found.values())


def gaps(pairs: Iterable[BorderPair], agreements: Iterable[Agreement], today: date) -> tuple[GapFound, ...]:
    """What the pairs lack on *today*: no agreement, one that has expired, no joint meeting within a year.

    Of several agreements of a pair the one that holds longest decides.
    """
    known = list(agreements)
    found: list[GapFound] = []
    for pair in pairs:
        own = [
            one for one in known if one.level is pair.level and one.parties == pair.parties and one.covers(pair.river)
        ]
        if not own:
            found.append(GapFound(pair, AgreementGap.NO_AGREEMENT))
            continue
        best = max(own, key=lambda one: (not one.is_expired(today), one.valid_until or date.max))
        if best.is_expired(today):
            found.append(GapFound(pair, AgreementGap.EXPIRED, best))
        if not any(one.has_met_within_a_year(today) for one in own):
            found.append(GapFound(pair, AgreementGap.NO_MEETING, best))
    return tuple(found)


def a_year_before(day: date) -> date:
    """The same day a year earlier; the last of February for the 29th."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)


def masked_name(name: str) -> str:
    """``王＊＊``: the first character, and that there is more."""
    return f"{name[0]}＊＊" if name else ""


def masked_number(number: str) -> str:
    """The first and the last figures of a number, the middle hidden."""
    return f"{number[:-8]}****{number[-4:]}" if len(number) > 8 else "****" if number else ""


def _parties(border: Border) -> Iterable[tuple[AgreementLevel, str, str]]:
    upper, lower = border.from_code, border.to_code
    if border.level is AgreementLevel.COUNTY:
        yield AgreementLevel.COUNTY, upper, lower
        return
    if border.level is AgreementLevel.PROVINCE:
        yield AgreementLevel.PROVINCE, f"{upper[:2]}0000", f"{lower[:2]}0000"
    yield AgreementLevel.PREFECTURE, peer_of(upper), peer_of(lower)
