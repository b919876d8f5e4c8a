"""The register of agreements with neighbours: a list with its gaps, one entry to edit, its disputes, lists as files."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from incident_desk.domain.callouts.expert_cells import UnreadableCellError, read_day
from incident_desk.domain.china_time import china_date
from incident_desk.domain.errors import N_, BadValue, ChangedMeanwhile, DomainError, NotAllowed, NotFound
from incident_desk.domain.neighbours.agreement_list import COLUMNS, HEADINGS, PERSONAL, REQUIRED
from incident_desk.domain.neighbours.agreements import ALL_WATERS, LISTED_BASINS, AgreementLevel, key_basins
from incident_desk.routes.code_words import who_words
from incident_desk.routes.errors import say
from incident_desk.routes.form_parts import member, refusal
from incident_desk.routes.guard import allow, current_actor, office_now
from incident_desk.routes.idempotency import shows
from incident_desk.routes.neighbours.agreement_words import COLUMN_WORDS, cell_words, problem_words
from incident_desk.routes.neighbours.neighbour_words import bureau_word
from incident_desk.services.neighbours import agreement_files, agreements, disputes, progress
from incident_desk.services.neighbours.agreement_files import AgreementFileRefused
from incident_desk.services.neighbours.agreements import AgreementFilter, AgreementUnreadable

bp = Blueprint("agreements", __name__, url_prefix="/agreements")


@shows("agreement")
def _page_of(agreement_id: str) -> str:
    return url_for("agreements.show", agreement_id=int(agreement_id))


@shows("agreements")
def _list_page(_identity: str) -> str:
    return url_for("agreements.index")


@bp.get("")
@allow("agreement.read")
def index() -> ResponseReturnValue:
    """The register as a table, what the borders on key basins lack, and the progress reports."""
    actor, now, wanted = current_actor(), office_now(), _filter()
    found = agreements.gaps_of(actor, now=now)
    periods = progress.periods(now)
    return render_template(
        "neighbours/agreements.html", views=agreements.listed(actor, wanted), wanted=wanted,
        total=len(agreements.listed(actor)), gaps=found, levels=list(AgreementLevel), basins=key_basins(),
        listed_basins=LISTED_BASINS, today=china_date(now), periods=periods, bureau_word=bureau_word,
        sent={one.code: agreements.progress_sent(actor, one.code) for one in periods},
    )  # fmt: skip


@bp.get("/export.csv")
@allow("agreement.read")
def export() -> ResponseReturnValue:
    """The list as it is filtered, for a spreadsheet; contacts as this person may see them."""
    content = agreement_files.for_spreadsheets(agreements.listed(current_actor(), _filter()))
    answer = Response(content, mimetype="text/csv")
    answer.headers["Content-Disposition"] = f"attachment; filename=agreements-{office_now():%Y%m%d}.csv"
    return answer


@bp.get("/new")
@allow("agreement.write")
def new() -> ResponseReturnValue:
    """A form for another agreement; ``?upstream=&downstream=&level=&water=`` come from a gap."""
    names = {"upstream": "upstream_code", "downstream": "downstream_code", "level": "level", "water": "water_body"}
    cells = {column: request.args.get(name, "")[:60] for name, column in names.items()}
    parties = {column: agreements.party_word(cells[column]) for column in ("upstream_code", "downstream_code")}
    return _form(cells | parties)


@bp.post("")
@allow("agreement.write")
def enter() -> ResponseReturnValue:
    """Enter an agreement; what was typed stays on the page when it cannot be read."""
    return _save(None)


@bp.get("/import")
@allow("agreement.write")
def import_form() -> ResponseReturnValue:
    """Where the office's list is chosen."""
    return _import_page()


@bp.post("/import")
@allow("agreement.write")
def preview() -> ResponseReturnValue:
    """What taking the list would change; nothing is stored."""
    file = request.files.get("file")
    if file is None or not file.filename:
        return _import_page(422, error=gettext("Choose a file first."))
    with file.stream as stream:
        return _preview(stream.read(agreement_files.LARGEST_FILE + 1))


@bp.post("/import/take")
@allow("agreement.write")
def take() -> ResponseReturnValue:
    """Take the list that was looked at."""
    try:
        data = base64.b64decode(request.form.get("list", ""), validate=True)
    except (binascii.Error, ValueError) as error:
        what, hint = N_("List of agreements"), N_("Choose the file again.")
        raise BadValue(field="list", what=what, value="", hint=hint) from error
    try:
        agreement_files.take_file(data, actor=current_actor(), now=office_now())
    except AgreementFileRefused:  # the register changed meanwhile
        return _preview(data)
    return redirect(url_for("agreements.index"), code=303)


@bp.get("/<int:agreement_id>")
@allow("agreement.read")
def show(agreement_id: int) -> ResponseReturnValue:
    """One agreement with its disputes."""
    return _page(agreement_id)


def _page(agreement_id: int, status: int = 200, **more: Any) -> ResponseReturnValue:
    view = agreements.one(current_actor(), agreement_id)
    refs = {view.row.changed_by} | {one.recorded_by for one in view.row.disputes}
    cells = agreements.cells_of(view.agreement)
    context = {
        "view": view, "today": china_date(office_now()), "names": who_words(refs), "bureau_word": bureau_word,
        "errors": {}, "said": {}, **_edit_context(cells, sees_contacts=view.sees_contacts), **more,
    }  # fmt: skip
    return render_template("neighbours/agreement.html", **context), status


@bp.post("/<int:agreement_id>")
@allow("agreement.write")
def change(agreement_id: int) -> ResponseReturnValue:
    """Save one agreement."""
    return _save(agreement_id)


@bp.post("/<int:agreement_id>/end")
@allow("agreement.write")
def end(agreement_id: int) -> ResponseReturnValue:
    """Take it off the register."""
    try:
        agreements.end(agreement_id, actor=current_actor(), now=office_now())
    except (NotFound, NotAllowed):
        raise
    except DomainError as error:
        return _page(agreement_id, error.status, refusal=say(error))
    return redirect(url_for("agreements.index"), code=303)


@bp.post("/<int:agreement_id>/disputes")
@allow("agreement.write")
def open_dispute(agreement_id: int) -> ResponseReturnValue:
    """Put a dispute on record."""
    actor, now, form = current_actor(), office_now(), request.form
    return _on_page(
        agreement_id,
        lambda: disputes.open_dispute(
            agreement_id, form, opened_on=_day("opened_on", china_date(now)), actor=actor, now=now
        ),
    )


@bp.post("/<int:agreement_id>/disputes/<int:dispute_id>/settle")
@allow("agreement.write")
def settle(agreement_id: int, dispute_id: int) -> ResponseReturnValue:
    """Say how a dispute was settled."""
    actor, now, form = current_actor(), office_now(), request.form
    return _on_page(
        agreement_id,
        lambda: disputes.settle(
            agreement_id, dispute_id, form, settled_on=_day("settled_on", china_date(now)), actor=actor, now=now
        ),
    )


def _on_page(agreement_id: int, act: Callable[[], object]) -> ResponseReturnValue:
    try:
        act()
    except (NotFound, NotAllowed):
        raise
    except DomainError as error:
        return _page(agreement_id, error.status, **refusal(error), said=request.form)
    return redirect(url_for("agreements.show", agreement_id=agreement_id), code=303)


def _save(agreement_id: int | None) -> ResponseReturnValue:
    cells = {name: request.form[name].strip() for name in COLUMNS if name in request.form}
    try:
        row = agreements.save(
            agreement_id, cells, actor=current_actor(), now=office_now(),
            expected_version=request.form.get("version", type=int),
        )  # fmt: skip
    except (NotFound, NotAllowed):
        raise
    except AgreementUnreadable as error:
        wrong = {problem.column or "": cell_words(problem) for problem in error.problems}
        return _back(agreement_id, cells, error.status, refusal=say(error), errors=wrong)
    except ChangedMeanwhile as error:
        current: Any = error.params["current"]
        theirs = {name: text for name, text in current.items() if cells.get(name, text) != text}
        return _back(agreement_id, cells, 409, refusal=say(error), theirs=theirs, version=error.params["version"])
    except DomainError as error:
        return _back(agreement_id, cells, error.status, **refusal(error))
    return redirect(url_for("agreements.show", agreement_id=row.id), code=303)


def _back(agreement_id: int | None, cells: Mapping[str, str], status: int, **more: Any) -> ResponseReturnValue:
    """The form again with what was typed."""
    if agreement_id is None:
        return _form(cells, status, **more)
    shown = {**agreements.cells_of(agreements.one(current_actor(), agreement_id).agreement), **cells}
    return _page(agreement_id, status, **{"cells": shown, **more})


def _form(cells: Mapping[str, str], status: int = 200, **more: Any) -> ResponseReturnValue:
    context = {"errors": {}, **_edit_context(cells, sees_contacts=True), **more}
    return render_template("neighbours/agreement_new.html", **context), status


def _edit_context(cells: Mapping[str, str], *, sees_contacts: bool) -> dict[str, Any]:
    shown = [name for name in COLUMNS if name != "level" and (sees_contacts or name not in PERSONAL)]
    return {
        "cells": cells, "fields": shown, "words": COLUMN_WORDS, "levels": list(AgreementLevel), "required": REQUIRED,
        "theirs": {}, "version": None, "all_waters": ALL_WATERS,
    }  # fmt: skip


def _import_page(status: int = 200, error: str = "") -> ResponseReturnValue:
    page = render_template(
        "neighbours/agreement_import.html", headings=HEADINGS, words=COLUMN_WORDS, required=REQUIRED, error=error
    )
    return page, status


def _preview(data: bytes) -> ResponseReturnValue:
    try:
        found = agreement_files.read_file(data, actor=current_actor(), now=office_now())
    except DomainError as error:
        return _import_page(error.status, error=say(error))
    context = {
        "found": found, "by_no": {one.agreement_no: one for one in found.agreements}, "words": COLUMN_WORDS,
        "faults": [(one.line, problem_words(one)) for one in found.problems],
        "content": base64.b64encode(data).decode(), "bureau_word": bureau_word,
    }  # fmt: skip
    return render_template("neighbours/agreement_preview.html", **context), 200 if found.ok else 422


def _filter() -> AgreementFilter:
    args = request.args
    return AgreementFilter(words=args.get("words", "").strip()[:60], level=member(AgreementLevel, args.get("level")))


def _day(name: str, default: date) -> date:
    """A day as typed; nothing typed is today.

    Raises:
        BadValue: no day.
    """
    text = request.form.get(name, "").strip()
    try:
        return read_day(text) if text else default
    except UnreadableCellError as error:
        hint = N_("Write the day as 2026-11-21.")
        raise BadValue(field=name, what=N_("Day"), value=text[:40], hint=hint) from error
