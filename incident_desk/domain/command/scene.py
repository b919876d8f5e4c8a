"""The heads on their way to the scene (负责人赶赴现场, H1-H4): departed and arrived, or who acts for them and why.

Source: 鄂环办〔2021〕31号 应急安排 一、3 (H1-H3, head of the prefecture bureau); 生态环境部2019年环境应急工作要点 (H4).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from incident_desk.domain.china_time import local_minute
from incident_desk.domain.command.words import LINE, NAME, TimesReversed
from incident_desk.domain.errors import N_, DomainError
from incident_desk.domain.offices import OfficeLevel

PREFECTURE_RULES = ("H1", "H2", "H3")
PROVINCE_RULES = ("H4",)
RULES = (*PREFECTURE_RULES, *PROVINCE_RULES)
SCENE_LIMITS = {"name": NAME, "title": LINE, "reason": 500}


class SceneStep(StrEnum):
    """What can be recorded of a head: 出发, 到达, 在现场, 委托代行."""

    DEPARTED = "departed"
    ARRIVED = "arrived"
    PRESENT = "present"
    DEPUTY_NAMED = "deputy_named"


class DeputyReasonMissing(DomainError):
    """Somebody acts for the head, and nobody knows why."""

    code = "deputy_reason_missing"
    message_id = N_("Say why the head does not go: the rule asks that who acts for the head is written down.")


class NotArrivedYet(DomainError):
    """At the scene before the arrival."""

    code = "not_arrived_yet"
    status = 409
    message_id = N_("Record the arrival first.")


class NoDutyOfThisOffice(DomainError):
    """Neither a prefecture bureau nor the province."""

    code = "no_duty_of_this_office"
    message_id = N_("The duty to go to the scene is of the prefecture bureau and of the province.")


@dataclass(frozen=True, slots=True)
class Journey:
    """One head's way to the scene; aware instants, None where not recorded.

    ``present_at`` is a later moment at which the head was still there: it meets a duty that began after the arrival.
    """

    departed_at: datetime | None = None
    arrived_at: datetime | None = None
    deputy_named_at: datetime | None = None
    present_at: datetime | None = None

    def met_at(self, rule_id: str) -> tuple[datetime, ...]:
        """When the duty was done by what is recorded: with both times, or, of H1-H3, by naming who acts.

        A duty is met by the first of these moments that lies within it, so all are given.
        """
        has_both = self.departed_at is not None and self.arrived_at is not None
        done = (self.arrived_at, self.present_at) if has_both else ()
        named = (self.deputy_named_at,) if rule_id in PREFECTURE_RULES else ()
        return tuple(sorted(at for at in (*done, *named) if at is not None))


def rules_of(level: OfficeLevel) -> tuple[str, ...]:
    """The rules that a head of an office of *level* meets.

    Raises:
        NoDutyOfThisOffice: a county branch has none.
    """
    found = {
        OfficeLevel.PREFECTURE: PREFECTURE_RULES, OfficeLevel.PROVINCE_ADMINISTERED: PREFECTURE_RULES,
        OfficeLevel.PROVINCE: PROVINCE_RULES,
    }.get(level)  # fmt: skip
    if found is None:
        raise NoDutyOfThisOffice(field="office")
    return found


def check_journey(departed_at: datetime | None, arrived_at: datetime | None) -> None:
    """Refuse an arrival before the departure.

    Raises:
        TimesReversed.
    """
    if departed_at is not None and arrived_at is not None and arrived_at < departed_at:
        raise TimesReversed(field="at", before=local_minute(departed_at))
