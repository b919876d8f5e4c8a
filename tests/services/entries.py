"""Reading the journal back, for the tests of services."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import select

from incident_desk.extensions import db
from incident_desk.models import JournalEntry


def entries(case_no: str | None = None) -> list[tuple[str, dict[str, Any]]]:
    """Kind and data of every entry, of one case where it is named, in order."""
    query = select(JournalEntry).order_by(JournalEntry.seq)
    if case_no is not None:
        query = query.where(JournalEntry.case_no == case_no)
    return [(row.kind, json.loads(row.data)) for row in db.session.scalars(query)]
