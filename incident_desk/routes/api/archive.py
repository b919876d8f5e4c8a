"""``…/archive``: the packages of a case."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask.typing import ResponseReturnValue
from flask.views import MethodView

from incident_desk.models import ArchivePackage
from incident_desk.routes.api.frame import ApiBlueprint, answer, iso, repeats
from incident_desk.routes.guard import allow, current_actor, office_now
from incident_desk.services.archives import archive

bp = ApiBlueprint("api_archive", __name__, "Packages of a case")


def as_json(row: ArchivePackage) -> dict[str, Any]:
    """One package: its digest is the SHA-256 of its tag manifest."""
    return {
        "id": row.id,
        "digest": row.digest,
        "journal_seq": row.journal_seq,
        "exported_at": iso(row.exported_at),
        "exported_by": row.exported_by,
    }


def _listed(case_no: str) -> list[dict[str, Any]]:
    return [as_json(line.row) for line in archive.view(current_actor(), case_no).packages]


@repeats("archive")
def _exported(case_no: str) -> ResponseReturnValue:
    return answer(_listed(case_no)[0], status=201)


@bp.route("/incidents/<case_no>/archive")
class Archive(MethodView):
    """Packages of a case."""

    @allow("archive.read")
    def get(self, case_no: str) -> Response:
        """Packages, newest first."""
        return answer(_listed(case_no))

    @allow("archive.export")
    def post(self, case_no: str) -> Response:
        """Write a package, verify it and put it on record."""
        archive.export_for_page(case_no, actor=current_actor(), now=office_now())
        return answer(_listed(case_no)[0], status=201)
