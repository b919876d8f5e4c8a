"""Tasks: what is missing or promised, one open task a subject, until somebody has done it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Select, select

from incident_desk.domain.errors import NotFound
from incident_desk.domain.permissions import Actor
from incident_desk.extensions import db
from incident_desk.models import Incident, Task
from incident_desk.services import scope
from incident_desk.services.transaction import Transaction, transaction


def open_task(tx: Transaction, incident: Incident, kind: str, subject: str, *, actor: Actor, now: datetime) -> Task:
    """Open a task, or find the one that is open; a done one is opened again. Journal ``task.opened`` when it opens.

    *kind* and *subject* are codes or ids, never free words: they stand in the journal.
    """
    task = tx.session.scalar(_of(incident, kind, subject))
    if task is not None and task.done_at is None:
        return task
    if task is None:
        task = Task(incident_id=incident.id, office_code=incident.office_code, kind=kind, subject=subject)
        tx.session.add(task)
    task.opened_at, task.opened_by, task.done_at, task.done_by = now, actor.ref, None, None
    tx.session.flush()
    tx.journal(incident, "task.opened", actor=actor, at=now, data={"task": task.id, "kind": kind, "subject": subject})
    return task


def close_task(
    tx: Transaction, incident: Incident, kind: str, subject: str, *, actor: Actor, now: datetime
) -> Task | None:
    """Close the open task of this subject, if there is one. Journal ``task.done``."""
    task = tx.session.scalar(_of(incident, kind, subject).where(Task.done_at.is_(None)))
    if task is not None:
        _settle(tx, incident, task, actor=actor, now=now)
    return task


def mark_done(case_no: str, task_id: int, *, actor: Actor, now: datetime) -> Task:
    """A person says that a task is done; saying it twice changes nothing.

    Raises:
        NotFound: no such task in a case this actor may see.
    """
    with transaction() as tx:
        incident = scope.incident(actor, case_no, tx.session)
        task = tx.session.scalar(select(Task).where(Task.id == task_id, Task.incident_id == incident.id))
        if task is None:
            raise NotFound
        if task.done_at is None:
            _settle(tx, incident, task, actor=actor, now=now)
        tx.outcome("task", f"{case_no}/{task.id}")
    return task


def open_tasks(actor: Actor, case_no: str) -> list[Task]:
    """The open tasks of a case, oldest first."""
    return _listed(actor, case_no, is_open=True)


def all_tasks(actor: Actor, case_no: str) -> list[Task]:
    """Every task of a case, open ones first, then by age."""
    return _listed(actor, case_no, is_open=True) + _listed(actor, case_no, is_open=False)


def _listed(actor: Actor, case_no: str, *, is_open: bool) -> list[Task]:
    incident = scope.incident(actor, case_no)
    state = Task.done_at.is_(None) if is_open else Task.done_at.is_not(None)
    query = select(Task).where(Task.incident_id == incident.id, state).order_by(Task.opened_at, Task.id)
    return list(db.session.scalars(query))


def _of(incident: Incident, kind: str, subject: str) -> Select[Task]:
    return select(Task).where(Task.incident_id == incident.id, Task.kind == kind, Task.subject == subject)


def _settle(tx: Transaction, incident: Incident, task: Task, *, actor: Actor, now: datetime) -> None:
    task.done_at, task.done_by = now, actor.ref
    data = {"task": task.id, "kind": task.kind, "subject": task.subject}
    tx.journal(incident, "task.done", actor=actor, at=now, data=data)
