"""Words from the river: arrived, or a short message; each a dated fact of the case."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from incident_desk.domain.errors import N_, BadValue
from incident_desk.domain.permissions import Actor
from incident_desk.extensions import db
from incident_desk.models import FactRecord, Incident
from incident_desk.services import scope
from incident_desk.services.cases import facts
from incident_desk.services.field.evidence import PhoneWord
from incident_desk.services.transaction import transaction

KINDS = ("arrived", "message")
TEXT_LENGTH = 2000


def open_cases(actor: Actor) -> list[Incident]:
    """The open cases a phone may send to, newest first."""
    query = scope.incidents(actor).where(Incident.state == "open").order_by(Incident.id.desc())
    return list(db.session.scalars(query))


def hear(
    incident: Incident,
    *,
    kind: str,
    text: str,
    at: datetime,
    client_key: str,
    phone: PhoneWord,
    actor: Actor,
    now: datetime,
) -> None:
    """Record *text* as said from the field; the same *client_key* is the same word.

    Raises:
        BadValue: a message without words, or an unknown kind.
    """
    if kind not in KINDS:
        raise BadValue(field="kind", what=N_("Kind"), value=kind, hint="")
    if kind == "message" and not text.strip():
        raise BadValue(field="note", what=N_("Message"), value="", hint=N_("Write a few words first."))
    data = {
        "text": text.strip()[:TEXT_LENGTH],
        "client_key": client_key[:100],
        "longitude": phone.longitude,
        "latitude": phone.latitude,
        "accuracy_m": phone.accuracy_m,
    }
    with transaction() as tx:
        said = tx.session.scalars(
            select(FactRecord).where(FactRecord.incident_id == incident.id, FactRecord.kind == f"field.{kind}")
        )
        if client_key and any(fact.data.get("client_key") == client_key[:100] for fact in said):
            return
        found = tx.session.get_one(Incident, incident.id)
        facts.record(tx, found, f"field.{kind}", at=min(at, now), data=data, actor=actor, now=now, source=actor.ref)
