"""``…/tasks``: open points of a case."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask.typing import ResponseReturnValue
from flask.views import MethodView

from incident_desk.models import Task
from incident_desk.routes.api.frame import ApiBlueprint, answer, iso, repeats
from incident_desk.routes.guard import allow, current_actor, office_now
from incident_desk.services.cases import tasks

bp = ApiBlueprint("api_tasks", __name__, "Tasks of a case")


def as_json(task: Task) -> dict[str, Any]:
    """One task."""
    return {
        "id": task.id,
        "kind": task.kind,
        "subject": task.subject,
        "opened_at": iso(task.opened_at),
        "opened_by": task.opened_by,
        "done_at": iso(task.done_at),
        "done_by": task.done_by,
    }


@repeats("task")
def _done(identity: str) -> ResponseReturnValue:
    case_no, _, task_id = identity.partition("/")
    found = next(task for task in tasks.all_tasks(current_actor(), case_no) if task.id == int(task_id))
    return answer(as_json(found))


@bp.route("/incidents/<case_no>/tasks")
class Tasks(MethodView):
    """Tasks of a case."""

    @allow("incident.read")
    def get(self, case_no: str) -> Response:
        """Open tasks, then those that are done."""
        return answer([as_json(task) for task in tasks.all_tasks(current_actor(), case_no)])


@bp.route("/incidents/<case_no>/tasks/<int:task_id>/done")
class TaskDone(MethodView):
    """Saying that a task is done."""

    @allow("task.close")
    def post(self, case_no: str, task_id: int) -> Response:
        """Mark it done; a second time changes nothing."""
        return answer(as_json(tasks.mark_done(case_no, task_id, actor=current_actor(), now=office_now())))
