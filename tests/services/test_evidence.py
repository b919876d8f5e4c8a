"""A photograph is kept, judged, on record and in the journal; whatever the phone says, it is taken."""

from __future__ import annotations

import hashlib
import io
import json
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import func, select

from incident_desk.domain.errors import DomainError, NotFound
from incident_desk.extensions import db
from incident_desk.models import Evidence, Incident, JournalEntry
from incident_desk.records import images
from incident_desk.services.cases.case_files import open_case
from incident_desk.services.field import evidence, field_links
from incident_desk.services.field.content_store import evidence_store, preview_store
from incident_desk.services.transaction import transaction
from tests.conftest import NOW
from tests.people import actor

ORIENTATION, DATE_TIME_ORIGINAL, EXIF_IFD = 0x0112, 0x9003, 0x8769


def photograph(size: tuple[int, int] = (64, 48), *, orientation: int = 1, taken: str | None = None) -> bytes:
    image = Image.new("RGB", size, (200, 30, 30))
    exif = Image.Exif()
    if taken is not None:
        exif[ORIENTATION] = orientation
        exif.get_ifd(EXIF_IFD)[DATE_TIME_ORIGINAL] = taken
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif)
    return out.getvalue()


def upload(content: bytes, key: str = "key-1", **phone: Any) -> evidence.Upload:
    return evidence.Upload(io.BytesIO(content), "river.jpg", key, phone=evidence.PhoneWord(**phone))


@pytest.fixture
def incident(app_context: Any) -> Iterator[Incident]:
    with transaction() as tx:
        made = open_case(
            tx, title="堵河桥罐车侧翻", learned_at=NOW, occurred_at=NOW - timedelta(minutes=15), is_exercise=True,
            actor=actor("officer"), now=NOW,
        )  # fmt: skip
    yield made
    db.session.remove()


def test_original_row_and_journal_stand_together(incident: Incident) -> None:
    content = photograph()
    row = evidence.receive_photograph(upload(content), incident, actor=actor("officer"), now=NOW)
    assert row.sha256 == hashlib.sha256(content).hexdigest()
    assert evidence_store().path(row.sha256).read_bytes() == content
    entry = db.session.scalar(select(JournalEntry).where(JournalEntry.kind == "evidence.received"))
    assert entry is not None
    assert json.loads(entry.data) == {"evidence": row.id, "sha256": row.sha256}


def test_the_same_key_sent_again_is_the_same_photograph(incident: Incident) -> None:
    first = evidence.receive_photograph(upload(photograph()), incident, actor=actor("officer"), now=NOW)
    again = evidence.receive_photograph(upload(photograph()), incident, actor=actor("officer"), now=NOW)
    assert again.id == first.id
    assert db.session.scalar(select(func.count()).select_from(Evidence)) == 1


def test_a_photograph_without_exif_is_taken_and_marked(incident: Incident) -> None:
    word = {"is_forwarded": True}
    row = evidence.receive_photograph(
        upload(photograph((1080, 1440)), **word), incident, actor=actor("officer"), now=NOW
    )
    codes = {found.get("code") for found in row.verdicts}
    assert {"no_exif", "forwarded"} <= codes


def test_the_phones_time_stands_beside_the_files_and_the_servers(incident: Incident) -> None:
    content = photograph(taken="2026:11:21 02:40:00")
    said = evidence.PhoneWord(at=NOW - timedelta(minutes=30), longitude=110.5, latitude=32.6, accuracy_m=12)
    given = evidence.Upload(io.BytesIO(content), "river.jpg", "k", phone=said)
    row = evidence.receive_photograph(given, incident, actor=actor("officer"), now=NOW)
    assert row.exif["taken_local"] == "2026-11-21T02:40:00"
    assert row.phone_at == NOW - timedelta(minutes=30)
    assert row.received_at == NOW
    assert "time_differs" in {found.get("code") for found in row.verdicts}


def test_a_rotated_photograph_is_upright_in_its_preview_and_unchanged_as_original(incident: Incident) -> None:
    content = photograph((400, 200), orientation=6, taken="2026:11:21 02:40:00")
    row = evidence.receive_photograph(upload(content), incident, actor=actor("officer"), now=NOW)
    with Image.open(io.BytesIO(evidence.preview_of(row, 320))) as shown:
        assert shown.size[1] > shown.size[0]
        assert not shown.getexif()
    assert evidence.original_path(row).read_bytes() == content


def test_a_preview_that_many_ask_for_at_once_is_made_once(
    incident: Incident, app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = evidence.receive_photograph(upload(photograph()), incident, actor=actor("officer"), now=NOW)
    made: list[int] = []
    given: list[bytes] = []
    start = threading.Barrier(6)

    def make(_source: object, size: int) -> bytes:
        made.append(size)
        time.sleep(0.2)
        return b"a preview"

    def ask() -> None:
        with app.app_context():
            start.wait()
            given.append(evidence.preview_of(row, 320))

    monkeypatch.setattr(images, "preview", make)
    askers = [threading.Thread(target=ask) for _ in range(6)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    assert given == [b"a preview"] * 6
    assert len(made) <= 2
    assert [path.name for path in preview_store().root.rglob("*") if path.is_file()] == [f"{row.sha256}.jpg"]


def test_two_processes_make_the_same_preview_at_once(incident: Incident, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each process has its own turns, so both can be at the end of the same picture at the same moment."""
    row = evidence.receive_photograph(upload(photograph()), incident, actor=actor("officer"), now=NOW)
    content = b"a preview"

    def make(_source: object, size: int) -> bytes:
        preview_store().keep_derived(f"{size}/{row.sha256}.jpg", content)  # the other process, a moment earlier
        return content

    monkeypatch.setattr(images, "preview", make)
    assert evidence.preview_of(row, 320) == content
    assert evidence.preview_of(row, 320) == content


def test_what_is_no_image_is_refused_and_leaves_nothing(incident: Incident) -> None:
    with pytest.raises(DomainError):
        evidence.receive_photograph(upload(b"%PDF-1.7 not a photograph"), incident, actor=actor("officer"), now=NOW)
    assert db.session.scalar(select(func.count()).select_from(Evidence)) == 0
    assert [path for path in evidence_store().root.rglob("*") if path.is_file()] == []


def test_a_decompression_bomb_is_refused_before_it_is_unpacked(incident: Incident) -> None:
    out = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(out, "PNG")
    with pytest.raises(DomainError):
        evidence.receive_photograph(upload(out.getvalue()), incident, actor=actor("officer"), now=NOW)


def test_an_officer_elsewhere_sees_nothing(incident: Incident) -> None:
    row = evidence.receive_photograph(upload(photograph()), incident, actor=actor("officer"), now=NOW)
    with pytest.raises(NotFound):
        evidence.photographs(actor("stranger"), incident.case_no)
    with pytest.raises(NotFound):
        evidence.one(actor("stranger"), incident.case_no, row.id)


def test_a_link_opens_its_case_until_it_ends(incident: Incident) -> None:
    token = field_links.make_link(incident.case_no, "李四", 2, actor=actor("officer"), now=NOW)
    assert field_links.holder(token, NOW).incident.case_no == incident.case_no
    with pytest.raises(field_links.LinkEnded):
        field_links.holder(token, NOW + timedelta(hours=2))
    with pytest.raises(NotFound):
        field_links.holder(token + "x", NOW)


def test_a_link_that_was_taken_back_opens_nothing(incident: Incident) -> None:
    token = field_links.make_link(incident.case_no, "李四", 2, actor=actor("officer"), now=NOW)
    link = field_links.links_of(actor("officer"), incident.case_no, NOW)[0]
    field_links.take_back(incident.case_no, link.id, actor=actor("officer"), now=NOW)
    with pytest.raises(field_links.LinkEnded):
        field_links.holder(token, NOW)


def test_located_photographs_are_points_on_the_map(incident: Incident) -> None:
    evidence.receive_photograph(
        upload(photograph(), longitude=110.5, latitude=32.6), incident, actor=actor("officer"), now=NOW
    )
    evidence.receive_photograph(upload(photograph((65, 48)), key="k2"), incident, actor=actor("officer"), now=NOW)
    points = evidence.as_geojson(evidence.photographs(actor("officer"), incident.case_no), {})["features"]
    assert [point["geometry"]["coordinates"] for point in points] == [[110.5, 32.6]]
