"""The roster by month: looked at, filled day by day, copied forward, imported and exported; special periods."""

from __future__ import annotations

import base64
import binascii
from calendar import monthrange
from datetime import date, timedelta
from typing import Any

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext

from incident_desk.domain.duty.roster import DutyRole, DutySeat
from incident_desk.domain.duty.roster_list import HEADINGS
from incident_desk.domain.duty.shifts import DutyPeriodKind, ShiftCode
from incident_desk.domain.errors import N_, BadValue
from incident_desk.domain.list_files import RowProblem
from incident_desk.routes.duty.frame import act, bp, day_of, office_asked, render_duty, today
from incident_desk.routes.form_parts import member
from incident_desk.routes.guard import allow, current_actor, office_now
from incident_desk.routes.idempotency import shows
from incident_desk.services import scope
from incident_desk.services.duty import periods, roster, roster_files
from incident_desk.services.duty.roster import CopySpan, Place

WEEKDAYS = (
    lazy_gettext("Mon"), lazy_gettext("Tue"), lazy_gettext("Wed"), lazy_gettext("Thu"), lazy_gettext("Fri"),
    lazy_gettext("Sat"), lazy_gettext("Sun"),
)  # fmt: skip
COLUMN_WORDS = {
    "day": lazy_gettext("Day"),
    "shift": lazy_gettext("Shift"),
    "role": lazy_gettext("Duty role"),
    "seat": lazy_gettext("A or B officer"),
    "person": lazy_gettext("Full name"),
}
SHOWN_PROBLEMS = 200


@shows("roster_day")
def _page_of_day(identity: str) -> str:
    return url_for("duty.roster", day=identity)


@bp.get("", endpoint="roster")
@allow("duty.read")
def show_roster() -> ResponseReturnValue:
    """The month of a day, and the form of that day for whoever plans."""
    return _page()


def _page(status: int = 200, *, day: date | None = None, **more: Any) -> ResponseReturnValue:
    actor = current_actor()
    shown = day or _day_asked()
    view = roster.month_of(actor, office_asked(), shown)
    first = shown.replace(day=1)
    may_plan = actor.may("duty.plan") and view.office.code == actor.office
    context = {
        "view": view,
        "shown": next(one for one in view.days if one.day == shown),
        "first": first,
        "before": first - timedelta(days=1),
        "after": first + timedelta(days=monthrange(first.year, first.month)[1]),
        "today": today(),
        "weekdays": WEEKDAYS,
        "roles": list(DutyRole),
        "seats": list(DutySeat),
        "kinds": list(DutyPeriodKind),
        "month_periods": _month_periods(view),
        "people": roster.people_of(actor) if may_plan else [],
        "offices": scope.offices_below(actor),
        "may_plan": may_plan,
        **more,
    }
    return render_duty("duty/roster.html", "roster", **context), status


def _month_periods(view: roster.RosterView) -> list[Any]:
    found = {period.id: period for day in view.days for period in day.periods}
    return list(found.values())


def _day_asked() -> date:
    return day_of(request.args.get("day", ""), "day", today())


@bp.post("/days/<day>")
@allow("duty.plan")
def set_day(day: str) -> ResponseReturnValue:
    """Fill the seats of one day."""
    on = day_of(day, "day")

    def again(status: int, **more: Any) -> ResponseReturnValue:
        return _page(status, day=on, **more)

    seen, actor, now = request.form.get("seen", ""), current_actor(), office_now()
    return act(
        lambda: roster.set_day(on, _seats(), seen=seen, actor=actor, now=now),
        page=again,
        then=lambda _done: url_for("duty.roster", day=on.isoformat(), _anchor="day"),
    )


def _seats() -> dict[Place, int | None]:
    """Every seat that the form has, by shift, role and seat; no person where it was left empty."""
    return {
        (code, role, seat): int(given) if given.isdecimal() and len(given) < 10 else None
        for code in ShiftCode
        for role in DutyRole
        for seat in DutySeat
        if (given := request.form.get(f"seat-{code.value}-{role.value}-{seat.value}")) is not None
    }


@bp.post("/copy")
@allow("duty.plan")
def copy() -> ResponseReturnValue:
    """Copy the week or month of a day to the next."""
    actor, now = current_actor(), office_now()
    start = day_of(request.form.get("day", ""), "day", today())
    what = member(CopySpan, request.form.get("span")) or CopySpan.WEEK
    done = roster.copy_forward(start, what, actor=actor, now=now)
    return _page(200, day=done.first, copied=done)


@bp.post("/periods")
@allow("duty.plan")
def enter_period() -> ResponseReturnValue:
    """Enter a special period."""

    def do() -> Any:
        form = request.form
        kind = member(DutyPeriodKind, form.get("period-kind")) or DutyPeriodKind.HOLIDAY
        first = day_of(form.get("period-first", ""), "period-first")
        last = day_of(form.get("period-last", ""), "period-last", first)
        label = form.get("period-label", "")
        return periods.enter(kind, label, first, last, actor=current_actor(), now=office_now())

    return act(do, page=_page, then=lambda row: url_for("duty.roster", day=row.first_day.isoformat()))


@bp.post("/periods/<int:period_id>/withdraw")
@allow("duty.plan")
def take_period_back(period_id: int) -> ResponseReturnValue:
    """Take a special period back."""
    row = periods.take_back(period_id, actor=current_actor(), now=office_now())
    return redirect(url_for("duty.roster", day=row.first_day.isoformat()), code=303)


@bp.get("/roster.csv")
@allow("duty.read")
def export() -> ResponseReturnValue:
    """The month as a file that can be imported again."""
    shown = _day_asked()
    view = roster.month_of(current_actor(), office_asked(), shown)
    answer = Response(roster_files.as_csv(view), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f"attachment; filename=roster-{view.office.code}-{shown:%Y%m}.csv"
    return answer


@bp.get("/import")
@allow("duty.plan")
def import_form() -> ResponseReturnValue:
    """Where the file is chosen."""
    return _import_page()


def _import_page(status: int = 200, **more: Any) -> ResponseReturnValue:
    return render_duty("duty/import.html", "roster", headings=HEADINGS, columns=COLUMN_WORDS, **more), status


@bp.post("/import")
@allow("duty.plan")
def look_at_import() -> ResponseReturnValue:
    """What taking the file would do; nothing is stored."""
    file = request.files.get("file")
    if file is None or not file.filename:
        return _import_page(422, errors={"file": gettext("Choose a file first.")})
    with file.stream as stream:
        return _preview(stream.read(roster_files.LARGEST_FILE + 1))


@bp.post("/import/take")
@allow("duty.plan")
def take_import() -> ResponseReturnValue:
    """Take the file that was looked at."""
    try:
        data = base64.b64decode(request.form.get("list", ""), validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadValue(field="list", what=N_("Roster"), value="", hint=N_("Choose the file again.")) from error
    try:
        found = roster_files.take_file(data, actor=current_actor(), now=office_now())
    except roster_files.RosterFileRefused:  # people or shifts changed meanwhile
        return _preview(data)
    return redirect(url_for("duty.roster", day=min(row.day for row in found.rows).isoformat()), code=303)


def _preview(data: bytes) -> ResponseReturnValue:
    seen = roster_files.read_file(data, actor=current_actor(), now=office_now())
    context = {
        "preview": seen,
        "faults": [(problem.line, problem_words(problem)) for problem in seen.found.problems[:SHOWN_PROBLEMS]],
        "content": base64.b64encode(data).decode() if seen.found.ok else "",
    }
    return render_duty("duty/import_preview.html", "roster", **context), 200 if seen.found.ok else 422


def problem_words(problem: RowProblem) -> str:
    """What is wrong with a line, with the name of its column."""
    words = gettext(problem.message_id, **problem.params) if problem.params else gettext(problem.message_id)
    if problem.column is None:
        return str(words)
    column = COLUMN_WORDS.get(problem.column, problem.column)
    return str(gettext("%(column)s: %(words)s", column=column, words=words))
