"""The documents of a paper: as stored at signing or sending, else as it stands now."""

from __future__ import annotations

from pathlib import Path

from incident_desk.domain.china_time import china_date
from incident_desk.domain.errors import NotFound
from incident_desk.domain.labels import label
from incident_desk.domain.reports.sign_off import Signature, SignManner
from incident_desk.records import images
from incident_desk.records.command_document import command_docx
from incident_desk.services.command.command_rows import stored
from incident_desk.services.command.papers import PaperView
from incident_desk.services.field.content_store import evidence_store

ZH = "zh_Hans"


def document(view: PaperView) -> bytes:
    """The paper as DOCX: the one that was stored at signing or sending, else as it stands now."""
    sha256 = view.row.document_sha256
    path = evidence_store().path(sha256) if sha256 else None
    if path is not None and path.is_file():
        return path.read_bytes()
    return compose(view, view.sign_off.signature)


def compose(view: PaperView, signature: Signature | None) -> bytes:
    """The document with *signature* on it; the same view gives the same bytes."""
    return command_docx(
        view.paper, document_no=view.row.document_no, signature=signature, signature_image=_image(signature)
    )


def keep(content: bytes) -> str:
    """Store a document by its content; gives back its SHA-256."""
    return evidence_store().keep_bytes(content)


def file_name(view: PaperView) -> str:
    """``420300-2026-0001-呈第2号-启动响应建议.docx``."""
    mark = "演练-" if view.paper.exercise else ""
    return f"{mark}{view.paper.case_no}-呈第{view.paper.number}号-{label(view.paper.kind, ZH)}.docx"


def signature_file(view: PaperView) -> tuple[Path, str]:
    """Where the signature or the signed page lies, and its media type.

    Raises:
        NotFound: there is no picture of it.
    """
    path = stored(view.row.signature_sha256)
    return path, images.inspect(path).media_type


def proof_file(view: PaperView) -> tuple[Path, str]:
    """Where the receipt lies, and the name to save it under.

    Raises:
        NotFound: there is none.
    """
    if view.row.sent_at is None:
        raise NotFound
    return stored(view.row.proof_sha256), f"{view.paper.number}-proof-{china_date(view.row.sent_at):%Y%m%d}"


def answer_file(view: PaperView) -> Path:
    """Where the answer as a file lies.

    Raises:
        NotFound: there is none.
    """
    return stored(view.row.answer_sha256)


def _image(signature: Signature | None) -> bytes | None:
    if signature is None or signature.manner is not SignManner.FINGER or signature.image_sha256 is None:
        return None
    path = evidence_store().path(signature.image_sha256)
    return path.read_bytes() if path.is_file() else None
