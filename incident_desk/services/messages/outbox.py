"""Promising a message: a row in the record's own transaction. Sending it is the worker's, in ``delivery``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from incident_desk.models import Incident, OutboxMessage
from incident_desk.services.transaction import Transaction


def promise(
    tx: Transaction,
    incident: Incident,
    *,
    key: str,
    template: str,
    to_number: str,
    body: str,
    not_before: datetime,
    about: Mapping[str, object] | None = None,
) -> OutboxMessage:
    """Promise one message about *incident*; *key* is its identity, so promising it twice is refused by the store."""
    return _promise(
        tx, key=key, incident_id=incident.id, office_code=incident.office_code, is_exercise=incident.is_exercise,
        template=template, to_number=to_number, body=body, not_before=not_before, about=about,
    )  # fmt: skip


def promise_of_desk(
    tx: Transaction,
    office: str,
    *,
    key: str,
    is_exercise: bool,
    template: str,
    to_number: str,
    body: str,
    not_before: datetime,
    about: Mapping[str, object] | None = None,
) -> OutboxMessage:
    """Promise one message of the desk of *office* that is about no case; else as ``promise``."""
    return _promise(
        tx, key=key, incident_id=None, office_code=office, is_exercise=is_exercise, template=template,
        to_number=to_number, body=body, not_before=not_before, about=about,
    )  # fmt: skip


def _promise(
    tx: Transaction,
    *,
    key: str,
    incident_id: int | None,
    office_code: str,
    is_exercise: bool,
    template: str,
    to_number: str,
    body: str,
    not_before: datetime,
    about: Mapping[str, object] | None,
) -> OutboxMessage:
    message = OutboxMessage(
        key=key,
        incident_id=incident_id,
        office_code=office_code,
        is_exercise=is_exercise,
        template=template,
        to_number=to_number,
        body=body,
        promised_at=not_before,
        next_try_at=not_before,
        about=dict(about or {}),
    )
    tx.session.add(message)
    return message
