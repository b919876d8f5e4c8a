"""The pool of experts: a list that filters, sorts and exports; one expert to edit; the office's list to import."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from incident_desk.domain.callouts.experts import COLUMNS, HEADINGS
from incident_desk.domain.callouts.specialities import Discipline, ExpertSpeciality
from incident_desk.domain.errors import N_, BadValue, ChangedMeanwhile
from incident_desk.domain.labels import label
from incident_desk.routes.callouts.expert_words import COLUMN_WORDS, problem_words
from incident_desk.routes.errors import say
from incident_desk.routes.form_parts import member
from incident_desk.routes.guard import allow, current_actor, office_now
from incident_desk.routes.idempotency import shows
from incident_desk.services.callouts import expert_lists, experts
from incident_desk.services.callouts.experts import ExpertUnreadable, PoolFilter

bp = Blueprint("experts", __name__, url_prefix="/experts")

EDITED = tuple(name for name in COLUMNS if name not in {"expert_no", "sample"})


@shows("expert")
def _page_of(expert_no: str) -> str:
    return url_for("experts.show", expert_no=expert_no)


@shows("experts")
def _list_page(_identity: str) -> str:
    return url_for("experts.index")


@bp.get("")
@allow("expert.read")
def index() -> ResponseReturnValue:
    """The pool as a table."""
    wanted = _filter()
    return render_template(
        "experts/index.html", rows=experts.listed(wanted), wanted=wanted, total=len(experts.listed()),
        disciplines=list(Discipline), specialities=list(ExpertSpeciality),
    )  # fmt: skip


@bp.get("/export.csv")
@allow("expert.read")
def export() -> ResponseReturnValue:
    """The list as it is filtered, for a spreadsheet."""
    content = expert_lists.for_spreadsheets(experts.to_domain(row) for row in experts.listed(_filter()))
    answer = Response(content, mimetype="text/csv")
    answer.headers["Content-Disposition"] = f"attachment; filename=experts-{office_now():%Y%m%d}.csv"
    return answer


@bp.get("/import")
@allow("expert.import")
def import_form() -> ResponseReturnValue:
    """Where the office's list is chosen."""
    return render_template("experts/import.html", headings=HEADINGS, words=COLUMN_WORDS, error="")


@bp.post("/import")
@allow("expert.import")
def preview() -> ResponseReturnValue:
    """What taking the list would change; nothing is stored."""
    file = request.files.get("file")
    if file is None or not file.filename:
        error = gettext("Choose a file first.")
        return render_template("experts/import.html", headings=HEADINGS, words=COLUMN_WORDS, error=error), 422
    with file.stream as stream:
        return _preview(stream.read(experts.LARGEST_FILE + 1))


@bp.post("/import/take")
@allow("expert.import")
def take() -> ResponseReturnValue:
    """Take the list that was looked at."""
    try:
        data = base64.b64decode(request.form.get("list", ""), validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadValue(field="list", what=N_("Expert list"), value="", hint=N_("Choose the file again.")) from error
    try:
        experts.take_file(data, actor=current_actor(), now=office_now())
    except experts.ExpertFileRefused:  # the pool changed meanwhile
        return _preview(data)
    return redirect(url_for("experts.index"), code=303)


@bp.get("/<expert_no>")
@allow("expert.read")
def show(expert_no: str) -> ResponseReturnValue:
    """One expert."""
    row = experts.one(expert_no)
    answer = Response(_edit_page(expert_no, expert_lists.as_cells(experts.to_domain(row)), is_active=row.is_active))
    answer.set_etag(str(row.version))
    return answer


@bp.post("/<expert_no>")
@allow("expert.import")
def change(expert_no: str) -> ResponseReturnValue:
    """Save one expert; what was typed stays on the page when it cannot be saved."""
    cells = {name: request.form.get(name, "").strip() for name in EDITED if name in request.form}
    is_active = "is_active" in request.form
    version = request.form.get("version", type=int)
    if version is None:
        raise BadValue(field="version", what=N_("Version"), value="", hint=N_("Reload the page."))
    try:
        experts.change_expert(
            expert_no, cells, is_active=is_active, actor=current_actor(), now=office_now(), expected_version=version
        )
    except ExpertUnreadable as error:
        faults = {problem.column or "": problem_words(problem) for problem in error.problems}
        return _edit_page(expert_no, cells, is_active=is_active, errors=faults, error=say(error), version=version), 422
    except ChangedMeanwhile as error:
        return _edit_page(
            expert_no, cells, is_active=is_active, theirs=_current(error), error=say(ChangedMeanwhile())
        ), 409
    return redirect(url_for("experts.show", expert_no=expert_no), code=303)


def _edit_page(
    expert_no: str,
    cells: Mapping[str, str],
    *,
    is_active: bool,
    errors: dict[str, str] | None = None,
    error: str = "",
    theirs: Mapping[str, str] | None = None,
    version: int | None = None,
) -> str:
    row = experts.one(expert_no)
    return render_template(
        "experts/show.html", row=row, cells=_named(cells), is_active=is_active, errors=errors or {}, error=error,
        theirs=_named(theirs or {}), version=row.version if version is None else version, edited=EDITED,
        words=COLUMN_WORDS,
    )  # fmt: skip


def _current(error: ChangedMeanwhile) -> Mapping[str, str]:
    current = error.params["current"]
    return current if isinstance(current, Mapping) else {}


def _named(cells: Mapping[str, str]) -> dict[str, str]:
    """*cells* with specialities by name; the reader understands both."""
    words = [word.strip() for word in cells.get("specialities", "").split(";")]
    named = [label(ExpertSpeciality(word), "zh_Hans") if word in set(ExpertSpeciality) else word for word in words]
    return {**cells, "specialities": "；".join(named)} if cells.get("specialities") else dict(cells)


def _preview(data: bytes) -> ResponseReturnValue:
    found = experts.read_file(data)
    page = render_template(
        "experts/preview.html", found=found, by_no={expert.expert_no: expert for expert in found.experts},
        faults=[(problem.line, problem_words(problem)) for problem in found.problems[:200]], words=COLUMN_WORDS,
        content=base64.b64encode(data).decode() if found.ok else "",
    )  # fmt: skip
    return page, 200 if found.ok else 422


def _filter() -> PoolFilter:
    given = request.args
    return PoolFilter(
        words=given.get("words", "")[:100].strip(),
        discipline=member(Discipline, given.get("discipline")),
        speciality=member(ExpertSpeciality, given.get("speciality")),
        region=given.get("region", "")[:6].strip(),
        sort=given.get("sort", "expert_no"),
        descending=given.get("down") == "1",
    )
