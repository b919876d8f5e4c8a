"""The papers of a notice: the letter as it went out, else as it stands now; the page to fax; the words to read out."""

from __future__ import annotations

from pathlib import Path

from incident_desk.domain.errors import NotFound
from incident_desk.domain.neighbours.notices import script_zh
from incident_desk.records.neighbour_fax import notice_fax_html
from incident_desk.records.neighbour_letter import letter_docx
from incident_desk.services.field.content_store import evidence_store
from incident_desk.services.neighbours.notice_rows import NoticeView


def letter(view: NoticeView) -> bytes:
    """The letter as DOCX: the one kept when the notice went out, else as it stands now."""
    sha256 = view.row.document_sha256
    path = evidence_store().path(sha256) if sha256 else None
    return path.read_bytes() if path is not None and path.is_file() else letter_docx(view.notice)


def keep_letter(view: NoticeView) -> str:
    """Keep the letter by its content; gives back its SHA-256."""
    return evidence_store().keep_bytes(letter_docx(view.notice))


def fax_html(view: NoticeView, *, nonce: str) -> str:
    """The black-and-white page for the browser to print."""
    return notice_fax_html(view.notice, nonce=nonce)


def script(view: NoticeView) -> str:
    """What to read into the telephone."""
    return script_zh(view.notice)


def file_name(view: NoticeView, ending: str) -> str:
    """``420300-2026-0001-通报第1号-襄阳市生态环境局.docx``."""
    mark = "演练-" if view.notice.exercise else ""
    return f"{mark}{view.notice.case_no}-通报第{view.notice.number}号-{view.notice.to_name}.{ending}"


def proof_file(view: NoticeView, act_id: int) -> Path:
    """Where the receipt of one act lies.

    Raises:
        NotFound: there is none.
    """
    return stored(next((one.row.proof_sha256 for one in view.acts if one.row.id == act_id), None))


def stored(sha256: str | None) -> Path:
    """Where a kept file lies.

    Raises:
        NotFound: there is none.
    """
    path = None if sha256 is None else evidence_store().path(sha256)
    if path is None or not path.is_file():
        raise NotFound
    return path
