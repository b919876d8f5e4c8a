"""What an office sets for itself where the law leaves it room: overlays, its own accounts, the ladder of reminders.

A setting holds for the clocks of every open case of the office at once; what was breached stays so.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from incident_desk.domain.china_time import china_date
from incident_desk.domain.clocks.reminder_ladder import Step, ladder_of
from incident_desk.domain.errors import N_, ChangedMeanwhile, DomainError
from incident_desk.domain.facts.fact_reading import OWN_ACCOUNTS
from incident_desk.domain.law.rulebook import DeadlineRule, Rulebook
from incident_desk.domain.permissions import Actor
from incident_desk.extensions import db
from incident_desk.models import Incident, Office
from incident_desk.services.law import clocks
from incident_desk.services.law.reminders import LADDER
from incident_desk.services.transaction import transaction

OVERLAYS, ACCOUNTS = "overlays", "accounts"
KEYS = (OVERLAYS, ACCOUNTS, LADDER)


class NoSuchOverlay(DomainError):
    """A rule that is no setting."""

    code = "no_such_overlay"
    message_id = N_("%(rule_id)s is no rule that an office switches on. Choose from the list.")


class NoSuchAccount(DomainError):
    """A medium that no office has an account in."""

    code = "no_such_account"
    message_id = N_("%(account)s is no medium of an office's own. Choose from the list.")


@dataclass(frozen=True, slots=True)
class OfficeSettings:
    """The settings as they stand; *version* says of which state a form was filled in."""

    office: str
    overlays: frozenset[str]
    accounts: tuple[str, ...]
    ladder: tuple[Step, ...]
    version: str


def view(actor: Actor) -> OfficeSettings:
    """The settings of the actor's own office."""
    row = db.session.get_one(Office, actor.office)
    return OfficeSettings(
        office=row.code,
        overlays=frozenset(row.settings.get(OVERLAYS, ())),
        accounts=tuple(row.settings.get(ACCOUNTS, OWN_ACCOUNTS)),
        ladder=ladder_of(row.settings.get(LADDER)),
        version=_version(row.settings),
    )


def overlays_on(now: datetime) -> Sequence[DeadlineRule]:
    """The rules that run only where an office names them, as in force today."""
    in_force = Rulebook.shipped().in_force_on(china_date(now))
    return [rule for rule in in_force.values() if rule.overlay]


def change(
    overlays: Iterable[str],
    accounts: Iterable[str],
    ladder: Sequence[Mapping[str, Any]],
    *,
    expected_version: str,
    actor: Actor,
    now: datetime,
) -> Office:
    """Set them for the actor's own office, and derive the clocks of its open cases anew.

    Journal ``office.settings_changed``, with what is on and the ladder's minutes.

    Raises:
        NoSuchOverlay, NoSuchAccount, LadderFault: a value that cannot be.
        ChangedMeanwhile: somebody else saved since the form was filled in.
    """
    chosen, media = sorted(set(overlays)), [one for one in OWN_ACCOUNTS if one in set(accounts)]
    known = {rule.rule_id for rule in overlays_on(now)}
    for rule_id in chosen:
        if rule_id not in known:
            raise NoSuchOverlay(field=OVERLAYS, rule_id=rule_id)
    for account in accounts:
        if account not in OWN_ACCOUNTS:
            raise NoSuchAccount(field=ACCOUNTS, account=account)
    steps = [
        {"after_min": int(step.after.total_seconds() // 60), "whom": step.whom.value} for step in ladder_of(ladder)
    ]
    with transaction() as tx:
        office = tx.session.scalars(select(Office).where(Office.code == actor.office).with_for_update()).one()
        if _version(office.settings) != expected_version:
            raise ChangedMeanwhile(field=OVERLAYS)
        wanted = {OVERLAYS: chosen, ACCOUNTS: media, LADDER: steps}
        if all(office.settings.get(key) == value for key, value in wanted.items()):
            return office
        office.settings = {**office.settings, **wanted}
        tx.session.flush()
        tx.journal(None, "office.settings_changed", actor=actor, at=now, office=office.code, data=wanted)
        for incident in _open_cases(tx.session, office.code):
            clocks.rederive(tx, incident, now=now)
        tx.outcome("office", office.code)
    return office


def _open_cases(session: Session, office: str) -> list[Incident]:
    query = select(Incident).where(Incident.office_code == office, Incident.state == "open").order_by(Incident.id)
    return list(session.scalars(query))


def _version(settings: Mapping[str, Any]) -> str:
    said = json.dumps({key: settings.get(key) for key in KEYS}, sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:16]
