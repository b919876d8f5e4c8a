"""Offices on record: the shipped tree of GB/T 2260 codes, put there before anybody can belong to one of them."""

from __future__ import annotations

from sqlalchemy.orm import Session

from incident_desk.domain.law.rulebook import Rulebook
from incident_desk.models import Office
from incident_desk.services import scope


def put_shipped(session: Session) -> None:
    """Every office of the shipped table that is not on record, those above before those below."""
    tree = Rulebook.shipped().offices
    for code in sorted(tree.offices, key=lambda code: (len(scope.code_prefix(code)), code)):
        if session.get(Office, code) is not None:
            continue
        known = tree.get(code)
        parent = known.parent_code if known.parent_code in tree.offices else None
        name = tree.bureau_zh(code)
        session.add(Office(code=code, name_zh=name, name_en=known.area_en, parent_code=parent, settings={}))
        session.flush()
