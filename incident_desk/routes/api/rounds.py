"""``…/rounds``: what lower desks were asked and what each answered; ``…/closing``: checklists and the closing gate."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask.views import MethodView

from incident_desk.routes.api.frame import ApiBlueprint, answer, iso
from incident_desk.routes.guard import allow, current_actor, office_now
from incident_desk.services.closing import closing_view
from incident_desk.services.rounds import round_rows
from incident_desk.services.rounds.round_rows import AskedView, RoundView

bp = ApiBlueprint("api_rounds", __name__, "Rounds to the lower desks, and the end of a case")


def round_json(view: RoundView) -> dict[str, Any]:
    """One round with its questions and, by office, the newest answer to each."""
    row = view.row
    return {
        "number": row.number,
        "office": row.office_code,
        "asked_at": iso(row.asked_at),
        "due_at": iso(row.due_at),
        "ended_at": iso(row.ended_at),
        "note": row.note,
        "questions": [
            {"id": one.id, "kind": one.kind, "subject": one.subject, "text_zh": one.text_zh, "text_en": one.text_en}
            for one in view.questions
        ],
        "offices": [_office_json(one) for one in view.asked],
    }


def _office_json(asked: AskedView) -> dict[str, Any]:
    return {
        "id": asked.row.id,
        "office": asked.row.office_code,
        "standing": asked.standing(office_now()).value,
        "answered_at": iso(asked.row.answered_at),
        "silent_at": iso(asked.row.silent_at),
        "answers": [
            {
                "id": one.id,
                "question": one.question_id,
                "state": one.state,
                "said": one.said,
                "value": one.value,
                "via": one.via,
                "answered_by": one.answered_by,
                "answered_at": iso(one.answered_at),
                "fact": one.fact_id,
            }
            for one in asked.newest.values()
        ],
    }


@bp.route("/incidents/<case_no>/rounds")
class Rounds(MethodView):
    """The rounds of a case."""

    @allow("round.read")
    def get(self, case_no: str) -> Response:
        """Every round, the newest first."""
        return answer([round_json(view) for view in round_rows.all_of(current_actor(), case_no)])


@bp.route("/incidents/<case_no>/closing")
class Closing(MethodView):
    """The closing gate of a case."""

    @allow("closing.read")
    def get(self, case_no: str) -> Response:
        """The three acts, the five first moments and every line of the gate as they stand now."""
        now = office_now()
        view = closing_view.of_case(current_actor(), case_no, now=now)
        return answer(
            {
                "response_ended_at": iso(view.acts.response_ended_at),
                "finished_at": iso(view.acts.finished_at),
                "archived_at": iso(view.acts.archived_at),
                "first_moments": [
                    {
                        "moment": one.moment.value,
                        "state": one.state.value,
                        "at": iso(one.at),
                        "target_at": iso(one.target.due_at) if one.target else None,
                        "is_preset": one.target.is_preset if one.target else None,
                        "is_late": one.is_late(now),
                    }
                    for one in view.moments
                ],
                "gate": [
                    {"line": one.line.value, "state": one.state.value, "words_zh": one.words.zh, "at": iso(one.at)}
                    for one in view.gate.findings
                ],
                "finish": None
                if view.finish is None
                else {"digest": view.finish.digest, "unmet": view.finish.unmet, "lines": view.finish.snapshot},
            }
        )
