"""The exercise: loaded through the desk's own acts, once; taken away again as a whole.

While it stands, every case is an exercise: its numbers begin with X, its messages go to the wall of phones only.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from incident_desk.domain.calls.call_sheet import CallSheet
from incident_desk.domain.china_time import china_date
from incident_desk.domain.errors import N_, DomainError
from incident_desk.domain.exercise import Exercise, ExerciseEvent, SamplePerson, SampleRoster, read_exercise
from incident_desk.domain.office_clock import OfficeClock
from incident_desk.domain.permissions import Actor
from incident_desk.extensions import db
from incident_desk.models import Incident, Office, Person, PhoneCall, Setting
from incident_desk.services import database, installation, office_time, offices, people
from incident_desk.services.callouts import experts
from incident_desk.services.calls import call_taking, corrections, first_calls, phone_calls
from incident_desk.services.cases import duty_log
from incident_desk.services.duty import roster
from incident_desk.services.transaction import Transaction, transaction
from incident_desk.services.water import tracing
from incident_desk.settings import Settings

SETTING = installation.EXERCISE
LOADER = Actor(ref="exercise", office="420000")
FILES_OF_CASES = ("evidence", "previews", "documents", "archives")
"""Folders of the home that hold nothing but what cases brought."""


class RealCasesStand(DomainError):
    """A real case is on record; an exercise is neither mixed into it nor does anything here delete it."""

    code = "real_cases_stand"
    status = 409
    message_id = N_("This database holds real cases. An exercise needs a database of its own: set INCIDENT_DESK_HOME.")


class NotAnExercise(DomainError):
    """The database was never loaded as an exercise."""

    code = "not_an_exercise"
    status = 409
    message_id = N_("This database is no exercise, so there is nothing to take away.")


@dataclass(frozen=True, slots=True)
class LoadedExercise:
    """What stands after loading; ``is_new`` is False when it stood before and nothing was done."""

    case_no: str
    learned_at: datetime
    is_new: bool


@dataclass(frozen=True, slots=True)
class SampleLogIn:
    """A sample account as it is shown to whoever starts the desk."""

    login: str
    name: str
    role: str
    office_name: str


def load(*, real_now: datetime, office_now: datetime | None = None) -> LoadedExercise:
    """Load the exercise, so that the county learned 35 minutes before office time; does nothing when it stands.

    With *office_now* the office clock is moved to that instant, else it stays where it is. A load that was broken
    off is taken away and begun anew.

    Raises:
        RealCasesStand: the database holds a real case.
    """
    _refuse_beside_real_cases()
    known = db.session.get(Setting, SETTING)
    if known is not None and known.value.get("case_no"):
        return LoadedExercise(known.value["case_no"], datetime.fromisoformat(known.value["learned_at"]), is_new=False)
    if db.session.scalar(select(Incident.id).limit(1)) is not None:
        reset()
    exercise = read_exercise()
    with transaction() as tx:  # marked before the clock moves: no real case may ever be opened under a moved clock
        tx.session.merge(Setting(name=SETTING, value={"on": True}))
    if office_now is not None:
        office_time.set_office_clock(OfficeClock(offset=office_now - real_now))
    now = office_time.office_clock().at(real_now)
    learned_at = (now - timedelta(minutes=exercise.learned_minutes_ago)).replace(second=0, microsecond=0)
    _prepare(exercise, now=learned_at)
    experts.load_sample_pool(actor=LOADER, now=learned_at)
    _plan(exercise.roster, learned_at)
    case_no = _play(exercise, learned_at)
    with transaction() as tx:
        value = {"on": True, "case_no": case_no, "learned_at": learned_at.isoformat()}
        tx.session.merge(Setting(name=SETTING, value=value))
    return LoadedExercise(case_no, learned_at, is_new=True)


def reset() -> int:
    """Take the exercise away: every case, message, file and sample; says how many own accounts were kept.

    The journal refuses deletion, so the schema is taken down and built anew. Accounts that are no samples stay,
    with their offices. Nobody else may be using the database meanwhile.

    Raises:
        RealCasesStand: a real case is on record.
        NotAnExercise: the database was never loaded as one.
    """
    _refuse_beside_real_cases()
    if db.session.get(Setting, SETTING) is None:
        raise NotAnExercise
    own = [_row_values(row) for row in db.session.scalars(select(Person).where(Person.is_sample.is_(False)))]
    db.session.rollback()
    database.downgrade(db.engine)
    database.upgrade(db.engine)
    settings: Settings = current_app.extensions["settings"]
    for name in FILES_OF_CASES:
        shutil.rmtree(settings.home / name, ignore_errors=True)
    if own:
        with transaction() as tx:
            _put_offices(tx.session, {}, {})
            tx.session.flush()
            for values in own:
                _keep_person(tx, Person(**values, session_epoch=_new_epoch()))
    return len(own)


def log_ins() -> tuple[str, list[SampleLogIn]]:
    """The password of the sample accounts, and the accounts; none where the database is no exercise."""
    if not installation.is_exercise_only():
        return "", []
    rows = db.session.execute(
        select(Person, Office.name_zh).join(Office).where(Person.is_sample, Person.is_active).order_by(Person.id)
    )
    return read_exercise().password, [SampleLogIn(row.login, row.name, row.role, office) for row, office in rows]


def _refuse_beside_real_cases() -> None:
    if db.session.scalar(select(Incident.id).where(Incident.is_exercise.is_(False)).limit(1)) is not None:
        raise RealCasesStand


def _row_values(row: Person) -> dict[str, Any]:
    left = {"id", "session_epoch"}
    return {column.key: getattr(row, column.key) for column in Person.__table__.columns if column.key not in left}


def _new_epoch() -> int:
    """Another epoch for every life of the database: an old cookie must not fit whoever has its number now."""
    return secrets.randbelow(2**31)


def _prepare(exercise: Exercise, *, now: datetime) -> None:
    """Offices, telephone lists, accounts; again changes nothing."""
    hashed = people.hash_password(exercise.password)
    with transaction() as tx:
        _put_offices(tx.session, exercise.contacts, exercise.office_settings)
        tx.session.flush()
        known = set(tx.session.scalars(select(Person.login)))
        for sample in exercise.people:
            if sample.login not in known:
                _add_person(tx, sample, hashed, now=now)


def _put_offices(
    session: Session,
    contacts: Mapping[str, tuple[Mapping[str, object], ...]],
    settings: Mapping[str, Mapping[str, object]],
) -> None:
    """Every office of the shipped table that is not on record; telephone lists and settings where none were set."""
    offices.put_shipped(session)
    for office in session.scalars(select(Office)):
        lines = contacts.get(office.code)
        listed = {first_calls.CONTACTS: [dict(line) for line in lines]} if lines is not None else {}
        office.settings = {**listed, **settings.get(office.code, {}), **office.settings}


def _add_person(tx: Transaction, sample: SamplePerson, hashed: str, *, now: datetime) -> None:
    person = Person(
        login=sample.login,
        name=sample.name,
        password_hash=hashed,
        role=sample.role.value,
        office_code=sample.office,
        phone=sample.phone,
        is_sample=True,
        session_epoch=_new_epoch(),
        created_at=now,
    )
    _keep_person(tx, person)


def _keep_person(tx: Transaction, person: Person) -> None:
    tx.session.add(person)
    tx.session.flush()
    data = {"person": person.id, "role": person.role}
    tx.journal(None, "person.added", actor=LOADER, at=person.created_at, office=person.office_code, data=data)


def _plan(sample: SampleRoster, learned_at: datetime) -> None:
    """Fill the roster of the exercise, so that the board says who is on duty; again changes nothing."""
    planner = Actor(ref=LOADER.ref, office=sample.office)
    first = china_date(learned_at) + timedelta(days=sample.first_day)
    seats: dict[roster.Place, int | None] = {
        (shift, role, seat): people.person_by_login(login).id for shift, role, seat, login in sample.seats
    }
    roster.fill_days(first, first + timedelta(days=sample.days - 1), seats, actor=planner, now=learned_at)


def _play(exercise: Exercise, learned_at: datetime) -> str:
    """Do every act of the script in its order; gives back the number of the case."""
    case_no = ""
    for event in exercise.events:
        actor = people.person_by_login(event.by).to_actor()
        case_no = _ACTS[event.act](case_no, event, actor, learned_at)
    return case_no


def _take_call(_case_no: str, event: ExerciseEvent, actor: Actor, learned_at: datetime) -> str:
    now = event.written_at(learned_at)
    sheet, problems = CallSheet.from_form(event.sheet(learned_at), now=now)
    return call_taking.take_call(sheet, actor=actor, now=now, problems=problems).case_no


def _add_call(case_no: str, event: ExerciseEvent, actor: Actor, learned_at: datetime) -> str:
    now = event.written_at(learned_at)
    sheet, problems = CallSheet.from_form(event.sheet(learned_at), now=now)
    call_taking.add_call(case_no, sheet, actor=actor, now=now, problems=problems)
    return case_no


def _trace(case_no: str, event: ExerciseEvent, actor: Actor, learned_at: datetime) -> str:
    tracing.run(case_no, actor=actor, now=event.written_at(learned_at))
    return case_no


def _phone_call(case_no: str, event: ExerciseEvent, actor: Actor, learned_at: datetime) -> str:
    """Record the first call still to make of the scripted role."""
    call = next(row for row in phone_calls.calls_of(actor, case_no) if _is_for(row, event))
    words = {key: event.said[key] for key in ("state", "answered_by", "said", "done")}
    phone_calls.record_answer(case_no, call.id, actor=actor, now=event.written_at(learned_at), **words)
    return case_no


def _is_for(row: PhoneCall, event: ExerciseEvent) -> bool:
    return row.kind == event.said["contact"] and row.state == "to_make"


def _office_learned(case_no: str, event: ExerciseEvent, actor: Actor, learned_at: datetime) -> str:
    now, at = event.written_at(learned_at), learned_at + timedelta(minutes=event.said["at"])
    corrections.office_learned(case_no, event.said["office"], at=at, actor=actor, now=now)
    return case_no


def _log_line(case_no: str, event: ExerciseEvent, actor: Actor, learned_at: datetime) -> str:
    duty_log.add_line(case_no, event.said["text"], actor=actor, now=event.written_at(learned_at))
    return case_no


_ACTS: Mapping[str, Callable[[str, ExerciseEvent, Actor, datetime], str]] = {
    "take_call": _take_call,
    "add_call": _add_call,
    "trace": _trace,
    "phone_call": _phone_call,
    "office_learned": _office_learned,
    "log_line": _log_line,
}
