"""What can be wrong with an installation, found by looking."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from incident_desk.domain.permissions import Actor
from incident_desk.extensions import db
from incident_desk.models import ClockRecord, Incident, JournalHead, OutboxMessage
from incident_desk.services import database, scope


def faults() -> list[dict[str, str]]:
    """Faults as ``{"where", "what"}``; empty when the desk can work."""
    try:
        current = database.current_revision(db.engine)
    except SQLAlchemyError as error:
        return [{"where": "database", "what": type(error).__name__}]
    newest = database.newest_revision()
    if current != newest:
        return [{"where": "database", "what": f"schema is {current}, the program needs {newest}"}]
    return []


def numbers(actor: Actor, now: datetime) -> dict[str, int]:
    """Counts of what matters at night, of the cases *actor* may see."""
    count = select(func.count())
    clocks = count.select_from(ClockRecord).join(Incident).where(scope.visible_to(actor), ClockRecord.is_open)
    messages = count.select_from(OutboxMessage).join(Incident).where(scope.visible_to(actor))
    queries = {
        "open_cases": count.select_from(Incident).where(scope.visible_to(actor), Incident.state == "open"),
        "open_clocks": clocks,
        "overdue_clocks": clocks.where(ClockRecord.due_at < now),
        "messages_waiting": messages.where(OutboxMessage.state.in_(("promised", "claimed", "uncertain"))),
        "journal_entries": select(func.coalesce(func.max(JournalHead.seq), 0)),
    }
    return {name: db.session.scalar(query) or 0 for name, query in queries.items()}
