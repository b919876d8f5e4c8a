"""The tree of offices by GB/T 2260 code: level, parent, who is one level up, what they are called.

Offices of the shipped table are known by name; a code of another province is placed by its digits.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from incident_desk.domain.errors import N_, DomainError

MINISTRY = "000000"
_PROVINCE_NAMES = (  # GB/T 2260, first two digits; the mainland, where 令17号 applies
    "11北京市 12天津市 13河北省 14山西省 15内蒙古自治区 21辽宁省 22吉林省 23黑龙江省 "
    "31上海市 32江苏省 33浙江省 34安徽省 35福建省 36江西省 37山东省 41河南省 "
    "42湖北省 43湖南省 44广东省 45广西壮族自治区 46海南省 50重庆市 51四川省 52贵州省 "
    "53云南省 54西藏自治区 61陕西省 62甘肃省 63青海省 64宁夏回族自治区 65新疆维吾尔自治区"
)
_PROVINCES = {name[:2]: name[2:] for name in _PROVINCE_NAMES.split()}
_MUNICIPALITIES = frozenset({"11", "12", "31", "50"})  # their districts stand directly under the municipality
_PEOPLES = "土家族苗族侗族回族壮族满族蒙古族羌族彝族藏族"
_SHORT = re.compile(rf"(?:(?:[{_PEOPLES}]+族)?自治[州县]|林区|新区|地区|[省市州县区])$")


class UnknownOffice(DomainError):
    """An office code that names no office."""

    code = "unknown_office"
    message_id = N_(
        "%(code)s is no office: give a six-digit GB/T 2260 code, such as 420300, or add the office to offices.csv."
    )


class OfficeLevel(StrEnum):
    """Level of government an office belongs to."""

    PROVINCE = "province"
    PREFECTURE = "prefecture"
    PROVINCE_ADMINISTERED = "province_administered"
    COUNTY = "county"


@dataclass(frozen=True, slots=True)
class Office:
    """One office: its code, level, the code one level up, and its area's names."""

    code: str
    level: OfficeLevel
    parent_code: str
    area_zh: str
    area_en: str = ""
    neighbours: tuple[str, ...] = ()

    @property
    def province_code(self) -> str:
        """Code of the province the office lies in; its own where it is the province."""
        return f"{self.code[:2]}0000"

    @property
    def reports_to_province(self) -> bool:
        """True where one level up is the province, so that the two are one recipient."""
        return self.parent_code == self.province_code

    @property
    def short_zh(self) -> str:
        """The area's name without 省, 市, 县, 区 and the like; a one-character rest keeps its whole name."""
        short = _SHORT.sub("", self.area_zh)
        return short if len(short) > 1 else self.area_zh


@dataclass(frozen=True)
class OfficeTree:
    """Every office of the shipped table, and a sane answer for a code of another province."""

    offices: dict[str, Office]
    outside_names: dict[str, str]

    @cached_property
    def _complete(self) -> frozenset[str]:
        """Provinces whose offices the table lists completely."""
        return frozenset(code[:2] for code, office in self.offices.items() if office.level is OfficeLevel.PROVINCE)

    def get(self, code: str) -> Office:
        """The office of *code*.

        Raises:
            UnknownOffice: the code is not six digits, lies in no province, or is missing from a listed province.
        """
        known = self.offices.get(code)
        if known is not None:
            return known
        if not re.fullmatch(r"[0-9]{6}", code) or code[:2] not in _PROVINCES or code[:2] in self._complete:
            raise UnknownOffice(field="office", code=code)
        return self._by_digits(code)

    def _by_digits(self, code: str) -> Office:
        province, middle = f"{code[:2]}0000", code[2:4]
        name = self.outside_names.get(code, "")
        if code == province:
            return Office(code, OfficeLevel.PROVINCE, MINISTRY, _PROVINCES[code[:2]])
        if middle == "00" or (middle == "90" and code.endswith("00")):
            raise UnknownOffice(field="office", code=code)
        if middle == "90":
            return Office(code, OfficeLevel.PROVINCE_ADMINISTERED, province, name or f"{code}（省直辖）")
        if code[:2] in _MUNICIPALITIES:
            if code.endswith("00"):
                raise UnknownOffice(field="office", code=code)
            return Office(code, OfficeLevel.COUNTY, province, name or f"{_PROVINCES[code[:2]]}{code}")
        if code.endswith("00"):
            return Office(code, OfficeLevel.PREFECTURE, province, name or f"{_PROVINCES[code[:2]]}{code}")
        return Office(code, OfficeLevel.COUNTY, f"{code[:4]}00", name or f"{_PROVINCES[code[:2]]}{code}")

    def bureau_zh(self, code: str) -> str:
        """Official name of the ecology-and-environment office of *code*."""
        if code == MINISTRY:
            return "生态环境部"
        office = self.get(code)
        if office.level is OfficeLevel.PROVINCE:
            return f"{office.area_zh}生态环境{'局' if code[:2] in _MUNICIPALITIES else '厅'}"
        if office.level is OfficeLevel.COUNTY and code in self.offices:
            return f"{self.get(office.parent_code).area_zh}生态环境局{office.short_zh}分局"
        return f"{office.area_zh}生态环境局"

    def government_zh(self, code: str) -> str:
        """Name of the government an office belongs to."""
        return f"{self.get(code).area_zh}人民政府"

    def children(self, code: str) -> tuple[Office, ...]:
        """Offices one level below *code*, by code; those of the table only."""
        return tuple(o for _, o in sorted(self.offices.items()) if o.parent_code == code)

    def is_within(self, code: str, ancestor: str) -> bool:
        """True when *code* is *ancestor* or stands anywhere below it."""
        while code != ancestor:
            if code == MINISTRY:
                return False
            code = self.get(code).parent_code
        return True
