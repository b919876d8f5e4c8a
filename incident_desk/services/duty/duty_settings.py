"""What an office sets for its duty: shifts, required roles, wake-up ladder and heads, hours between call checks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select

from incident_desk.domain.callouts.expert_cells import UnreadableCellError, read_phone
from incident_desk.domain.duty import shifts as shift_rules
from incident_desk.domain.duty import wake_up
from incident_desk.domain.duty.roster import REQUIRED, DutyRole
from incident_desk.domain.duty.shifts import Shift
from incident_desk.domain.duty.wake_up import HEADS, Rung, Step
from incident_desk.domain.errors import N_, DomainError, NotFound
from incident_desk.domain.permissions import Actor
from incident_desk.models import Office
from incident_desk.services.duty import roster_rows
from incident_desk.services.transaction import transaction

SETTING = "duty"
"""Key of an office's settings under which all of it stands."""

CHECK_HOURS, CHECK_HOURS_SPECIAL = 24, 8
"""Hours between call checks, preset; special periods shorten them [D]."""

LONGEST_HOURS = 24 * 31
LONGEST_NAME = 40


class HeadNumberUnreadable(DomainError):
    """The number of a head that is none."""

    code = "head_number_unreadable"
    message_id = N_("%(value)s is no telephone number: eleven figures, or with area code.")


class CheckHoursBroken(DomainError):
    """Hours between checks that make no sense."""

    code = "check_hours_broken"
    message_id = N_("Between call checks lie 1 to 744 hours, in special periods no more than otherwise.")


@dataclass(frozen=True, slots=True)
class Head:
    """A head of the office as the ladder calls one; both empty where nobody is set."""

    name: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class DutySettings:
    """All of it, with presets where the office set nothing."""

    shifts: tuple[Shift, ...]
    required: tuple[DutyRole, ...]
    ladder: tuple[Step, ...]
    heads: Mapping[Rung, Head]
    check_hours: int = CHECK_HOURS
    check_hours_special: int = CHECK_HOURS_SPECIAL

    def check_every(self, *, special: bool) -> timedelta:
        """How often the desk is checked."""
        return timedelta(hours=self.check_hours_special if special else self.check_hours)


def of(office: Office) -> DutySettings:
    """The settings of *office*."""
    said = office.settings.get(SETTING) or {}
    heads = said.get("heads") or {}
    return DutySettings(
        shifts=shift_rules.shifts_of(said.get("shifts")),
        required=tuple(DutyRole(role) for role in said["required"]) if said.get("required") else REQUIRED,
        ladder=wake_up.ladder_of(said.get("ladder")),
        heads={rung: Head(**heads[rung.value]) if rung.value in heads else Head() for rung in HEADS},
        check_hours=said.get("check_hours", CHECK_HOURS),
        check_hours_special=said.get("check_hours_special", CHECK_HOURS_SPECIAL),
    )


def change(wanted: DutySettings, *, actor: Actor, now: datetime) -> DutySettings:
    """Set what the actor's office wants; planned rows keep their hours. Journal ``duty.settings_changed``.

    Raises:
        ShiftsBroken, LadderBroken, HeadNumberUnreadable, CheckHoursBroken: what to change is in the message.
    """
    wanted = _checked(wanted)
    with transaction() as tx:
        office = tx.session.scalar(select(Office).where(Office.code == actor.office).with_for_update(key_share=True))
        if office is None:
            raise NotFound
        before = of(office)
        if before != wanted:
            office.settings = {**office.settings, SETTING: _as_setting(wanted)}
            roster_rows.look_soon(tx, [office.code], now=now)
            tx.journal(None, "duty.settings_changed", actor=actor, at=now, data={"parts": _changed(before, wanted)})
        tx.outcome("duty_settings", actor.office)
    return wanted


def _checked(wanted: DutySettings) -> DutySettings:
    shift_rules.make_shifts({one.code: (one.to_setting()["starts"], one.to_setting()["ends"]) for one in wanted.shifts})
    wake_up.make_ladder({step.rung: step.minutes for step in wanted.ladder})
    if not 1 <= wanted.check_hours_special <= wanted.check_hours <= LONGEST_HOURS:
        raise CheckHoursBroken(field="check_hours")
    required = tuple(role for role in DutyRole if role in wanted.required or role is DutyRole.MAIN)
    return replace(wanted, required=required, heads={rung: _head(rung, wanted.heads[rung]) for rung in HEADS})


def _head(rung: Rung, typed: Head) -> Head:
    number = typed.number.strip()
    if not number:
        return Head(typed.name.strip()[:LONGEST_NAME], "")
    try:
        return Head(typed.name.strip()[:LONGEST_NAME], read_phone(number))
    except UnreadableCellError as error:
        raise HeadNumberUnreadable(field=f"number-{rung.value}", value=number[:30]) from error


def _as_setting(wanted: DutySettings) -> dict[str, object]:
    return {
        "shifts": [shift.to_setting() for shift in wanted.shifts],
        "required": [role.value for role in wanted.required],
        "ladder": wake_up.to_setting(wanted.ladder),
        "heads": {rung.value: {"name": head.name, "number": head.number} for rung, head in wanted.heads.items()},
        "check_hours": wanted.check_hours,
        "check_hours_special": wanted.check_hours_special,
    }


def _changed(before: DutySettings, after: DutySettings) -> Sequence[str]:
    one, other = _as_setting(before), _as_setting(after)
    return sorted(name for name in other if one[name] != other[name])
