"""The headquarters at the scene (现场指挥部): who heads it since when, and its groups; changes keep what was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from incident_desk.domain.command.headquarters import (
    GROUP_LIMITS,
    POST_LIMITS,
    GroupKind,
    GroupNameMissing,
    PostNotSetUp,
)
from incident_desk.domain.command.words import NameMissing, clean
from incident_desk.domain.permissions import Actor
from incident_desk.extensions import db
from incident_desk.models import CommandGroup, CommandPost, Incident
from incident_desk.services import scope
from incident_desk.services.cases import facts
from incident_desk.services.cases.facts import AnySession
from incident_desk.services.command.command_rows import digest_of, find, past
from incident_desk.services.transaction import Transaction, transaction


@dataclass(frozen=True, slots=True)
class Headquarters:
    """A case's headquarters: as it stands (None before it is set up), as it was, newest first; its groups in order."""

    incident: Incident
    post: CommandPost | None
    earlier: tuple[CommandPost, ...]
    groups: tuple[CommandGroup, ...]
    ended_groups: tuple[CommandGroup, ...]


def of_case(actor: Actor, case_no: str) -> Headquarters:
    """The headquarters of a case.

    Raises:
        NotFound: not this actor's to see.
    """
    incident = scope.incident(actor, case_no)
    posts = db.session.scalars(
        select(CommandPost).where(CommandPost.incident_id == incident.id).order_by(CommandPost.id.desc())
    ).all()
    groups = db.session.scalars(
        select(CommandGroup).where(CommandGroup.incident_id == incident.id).order_by(CommandGroup.id)
    ).all()
    order = list(GroupKind)
    return Headquarters(
        incident=incident,
        post=next((row for row in posts if row.replaced_at is None), None),
        earlier=tuple(row for row in posts if row.replaced_at is not None),
        groups=tuple(
            sorted(
                (row for row in groups if row.ended_at is None),
                key=lambda row: (order.index(GroupKind(row.kind)), row.id),
            )
        ),
        ended_groups=tuple(row for row in groups if row.ended_at is not None),
    )


def set_up(case_no: str, said: Mapping[str, str], *, set_up_at: datetime, actor: Actor, now: datetime) -> CommandPost:
    """Record the headquarters, or how it stands from now on; what stood before is kept as replaced.

    Journal ``command.set_up`` with a digest. Saying the same again writes nothing.

    Raises:
        NameMissing: without a head.
        TimeInFuture, CommandTextTooLong, NotFound.
    """
    words = clean(said, POST_LIMITS)
    if not words["head_name"]:
        raise NameMissing(field="head_name")
    with transaction() as tx:
        incident = scope.incident(actor, case_no, tx.session)
        facts.lock(tx, incident)
        set_up_at = past(set_up_at, now=now, field="set_up_at")
        words["name"] = words["name"] or "现场应急指挥部"
        before = _current(tx, incident)
        if before is not None and _says(before, words) and before.set_up_at == set_up_at:
            tx.outcome("command", case_no)
            return before
        if before is not None:
            before.replaced_at, before.replaced_by = now, actor.ref
        row = CommandPost(
            incident_id=incident.id, office_code=actor.office, set_up_at=set_up_at, recorded_at=now,
            recorded_by=actor.ref, **words,
        )  # fmt: skip
        tx.session.add(row)
        tx.session.flush()
        data = {
            "command_post": row.id, "replaces": before.id if before else None, "set_up_at": set_up_at,
            "words": digest_of(incident, *words.values()),
        }  # fmt: skip
        tx.journal(incident, "command.set_up", actor=actor, at=now, data=data)
        tx.outcome("command", case_no)
    return row


def name_group(
    case_no: str,
    kind: GroupKind,
    said: Mapping[str, str],
    *,
    actor: Actor,
    now: datetime,
    instead_of: int | None = None,
) -> CommandGroup:
    """Record a group with its head; *instead_of* is the group that this one replaces, as when its head changes.

    Journal ``command.group_named`` with a digest.

    Raises:
        PostNotSetUp: nobody has recorded the headquarters.
        NameMissing: without a head. GroupNameMissing: another group without a name.
        CommandTextTooLong, NotFound.
    """
    words = clean(said, GROUP_LIMITS)
    with transaction() as tx:
        incident = scope.incident(actor, case_no, tx.session)
        before = None if instead_of is None else find(CommandGroup, incident, instead_of, tx.session, lock=True)
        if _current(tx, incident) is None:
            raise PostNotSetUp
        if not words["head_name"]:
            raise NameMissing(field="head_name")
        if kind is GroupKind.OTHER and not words["name"]:
            raise GroupNameMissing(field="name")
        if before is not None and before.ended_at is None:
            before.ended_at, before.ended_by = now, actor.ref
        row = CommandGroup(incident_id=incident.id, kind=kind.value, recorded_at=now, recorded_by=actor.ref, **words)
        tx.session.add(row)
        tx.session.flush()
        data = {
            "group": row.id, "kind": kind.value, "replaces": before.id if before else None,
            "words": digest_of(incident, *words.values()),
        }  # fmt: skip
        tx.journal(incident, "command.group_named", actor=actor, at=now, data=data)
        tx.outcome("command", case_no)
    return row


def end_group(case_no: str, group_id: int, *, actor: Actor, now: datetime) -> CommandGroup:
    """Record that a group is no more; saying it twice changes nothing. Journal ``command.group_ended``.

    Raises:
        NotFound.
    """
    with transaction() as tx:
        incident = scope.incident(actor, case_no, tx.session)
        row = find(CommandGroup, incident, group_id, tx.session, lock=True)
        if row.ended_at is None:
            row.ended_at, row.ended_by = now, actor.ref
            data = {"group": row.id, "kind": row.kind}
            tx.journal(incident, "command.group_ended", actor=actor, at=now, data=data)
        tx.outcome("command", case_no)
    return row


def group_of(actor: Actor, case_no: str, group_id: int) -> CommandGroup:
    """One group of a case.

    Raises:
        NotFound: there is none in a case this actor may see.
    """
    return find(CommandGroup, scope.incident(actor, case_no), group_id, db.session())


def groups_by_id(incident: Incident, session: AnySession) -> dict[int, CommandGroup]:
    """Every group a case has had, ended ones too, by id."""
    query = select(CommandGroup).where(CommandGroup.incident_id == incident.id)
    return {row.id: row for row in session.scalars(query)}


def _current(tx: Transaction, incident: Incident) -> CommandPost | None:
    query = select(CommandPost).where(CommandPost.incident_id == incident.id, CommandPost.replaced_at.is_(None))
    return tx.session.scalar(query)


def _says(row: CommandPost, words: Mapping[str, str]) -> bool:
    return all(getattr(row, key) == value for key, value in words.items())
