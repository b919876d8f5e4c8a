"""The Archive tab: what was exported, what a package would lack, and the button that exports."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue

from incident_desk.domain.archive import ArchiveGroup
from incident_desk.routes.cases.case_frame import render_case
from incident_desk.routes.code_words import localized
from incident_desk.routes.guard import allow, current_actor, office_now
from incident_desk.routes.idempotency import shows
from incident_desk.services.archives import archive

bp = Blueprint("archive", __name__)


@shows("archive")
def _archive_page(case_no: str) -> str:
    return url_for("archive.show", case_no=case_no)


@bp.get("/incidents/<case_no>/archive")
@allow("archive.read")
def show(case_no: str) -> ResponseReturnValue:
    """The packages of the case and what is still missing."""
    return render_case("archive/show.html", case_no, tab="archive", **_context(case_no))


@bp.get("/incidents/<case_no>/archive/packages")
@allow("archive.read")
def packages(case_no: str) -> ResponseReturnValue:
    """The packages alone, for refreshing."""
    return render_template("archive/_packages.html", case_no=case_no, **_context(case_no))


@bp.post("/incidents/<case_no>/archive")
@allow("archive.export")
def export(case_no: str) -> ResponseReturnValue:
    """Write a package, verify it, offer it."""
    archive.export_for_page(case_no, actor=current_actor(), now=office_now())
    return redirect(url_for("archive.show", case_no=case_no), code=303)


@bp.get("/incidents/<case_no>/archive/<int:package_id>.zip")
@allow("archive.export")
def download(case_no: str, package_id: int) -> ResponseReturnValue:
    """The package as one file; whoever may export may take it away, because it holds what callers said."""
    path = archive.package_file(current_actor(), case_no, package_id)
    answer = send_file(path, mimetype="application/zip", as_attachment=True, download_name=path.name)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _context(case_no: str) -> dict[str, object]:
    return {"view": archive.view(current_actor(), case_no), "group_word": _group_word}


def _group_word(group: ArchiveGroup) -> str:
    """``03 信息报告：初报、续报…``."""
    return f"{group.no:02d} {localized(group.item_zh, group.item_en)}"
