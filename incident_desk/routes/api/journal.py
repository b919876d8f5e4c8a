"""``/api/v1/journal?after=SEQ`` and ``…/journal``: entries in order, for programs that follow the desk."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask.views import MethodView

from incident_desk.routes.api.frame import ApiBlueprint, answer
from incident_desk.routes.api.schemas import JournalPage
from incident_desk.routes.guard import allow, current_actor
from incident_desk.services.screens import board

bp = ApiBlueprint("api_journal", __name__, "The journal")


@bp.route("/journal")
class Journal(MethodView):
    """Entries of visible cases and of the asker's desk."""

    @allow("journal.read")
    @bp.arguments(JournalPage, location="query")
    def get(self, page: dict[str, Any]) -> Response:
        """Entries after a number, oldest first."""
        return answer(board.entries_after(page["after"], actor=current_actor(), limit=page["limit"]))


@bp.route("/incidents/<case_no>/journal")
class CaseJournal(MethodView):
    """Entries of one case."""

    @allow("journal.read")
    @bp.arguments(JournalPage, location="query")
    def get(self, page: dict[str, Any], case_no: str) -> Response:
        """Entries of the case after a number, oldest first."""
        found = board.entries_after(page["after"], actor=current_actor(), case_no=case_no, limit=page["limit"])
        return answer(found)
