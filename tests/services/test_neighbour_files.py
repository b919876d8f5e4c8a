"""The file for a neighbour's desk: made once, checked strictly, shown, taken once; an exercise stays an exercise."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from incident_desk.domain.errors import NotFound
from incident_desk.domain.law.legal_codes import ClockState
from incident_desk.domain.neighbours.notices import NoticeDropped, NoticeIsFixed
from incident_desk.domain.neighbours.refusals import (
    NotForThisOffice,
    NoticeFileRefused,
    OnlyExercisesHere,
    OtherKindOfCase,
    SameNumberOtherContent,
)
from incident_desk.extensions import db
from incident_desk.models import FactRecord, Incident, IncidentOffice, JournalEntry, ReceivedNotice, Setting
from incident_desk.records.notice_packet import ALERT, NOTICE, packet_zip, read_packet
from incident_desk.services import scope
from incident_desk.services.calls import call_taking
from incident_desk.services.law import clocks
from incident_desk.services.neighbours import desk_key, notice_files, notice_papers, notice_rows, notices, receiving
from incident_desk.services.water import tracing
from incident_desk.settings import Settings
from tests.conftest import NOW
from tests.people import actor
from tests.services.sheets import sheet
from tests.services.test_neighbour_notices import HAN_RIVER

pytestmark = pytest.mark.usefixtures("app_context")

YICHANG = "420500"
"""Where the stranger of the tests keeps the desk; any neighbour may be told."""
RECEIVED = NOW + timedelta(minutes=30)


def exercise_only() -> None:
    db.session.add(Setting(name="exercise", value={"on": True}))
    db.session.commit()


def make_file(now: Any = NOW, case_no: str | None = None) -> tuple[str, bytes]:
    """A case of Shiyan, a notice to Yichang, and its file."""
    officer = actor("officer")
    if case_no is None:
        case_no = call_taking.take_call(sheet(**HAN_RIVER), actor=officer, now=now).case_no
        tracing.run(case_no, actor=officer, now=now)
    number = notices.begin(case_no, YICHANG, actor=officer, now=now).number
    notice_files.make(case_no, number, actor=officer, now=now)
    row = notice_rows.one(officer, case_no, number).row
    return case_no, notice_papers.stored(row.file_sha256).read_bytes()


@pytest.fixture
def other_desk(tmp_path: Path) -> Iterator[Callable[[], None]]:
    """``other_desk()``: from then on the context is that of another installation with the same offices."""
    from incident_desk.app import create_app
    from incident_desk.services import database
    from tests.people import seed_people

    home = tmp_path / "other"
    desk = create_app(Settings(home=home, database_url=f"sqlite:///{home / 'desk.sqlite3'}", secret_key="for tests"))
    with desk.app_context():
        database.upgrade(db.engine)
        seed_people()
        db.session.remove()
    context = desk.app_context()
    entered = []

    def enter() -> None:
        db.session.remove()
        context.push()
        entered.append(context)

    yield enter
    desk.extensions["journal_follower"].end()
    with desk.app_context():
        db.session.remove()
        db.engine.dispose()
    for one in entered:
        one.pop()


def counts() -> dict[str, int]:
    tables: tuple[Any, ...] = (Incident, FactRecord, ReceivedNotice, JournalEntry, IncidentOffice)
    return {table.__name__: db.session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


def changed(content: bytes, **parts: bytes) -> bytes:
    """The file with parts put in place of its own, not signed anew; keys are names with ``_`` for the dot."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, parts.get(name.replace(".", "_"), old.read(name)))
    return out.getvalue()


def signed_anew(content: bytes, change: Callable[[dict[str, bytes]], None]) -> bytes:
    """The file with other parts, signed by somebody who has a key of their own."""
    parts = dict(read_packet(content).parts)
    change(parts)
    return packet_zip(parts, b"\x07" * 32)


def test_the_file_is_made_once_and_fixes_the_text(app_context: Any) -> None:
    officer = actor("officer")
    case_no, content = make_file()
    notice_files.make(case_no, 1, actor=officer, now=NOW + timedelta(hours=1))
    row = notice_rows.one(officer, case_no, 1).row
    assert notice_papers.stored(row.file_sha256).read_bytes() == content
    with pytest.raises(NoticeIsFixed):
        notices.word(case_no, 1, {"event": "另一说法"}, actor=officer, now=NOW)


def test_no_file_is_made_of_a_draft_that_was_given_up(app_context: Any) -> None:
    officer = actor("officer")
    case_no = call_taking.take_call(sheet(**HAN_RIVER), actor=officer, now=NOW).case_no
    notices.begin(case_no, YICHANG, actor=officer, now=NOW)
    notices.drop(case_no, 1, actor=officer, now=NOW)
    with pytest.raises(NoticeDropped):
        notice_files.make(case_no, 1, actor=officer, now=NOW)


def test_nothing_of_callers_or_vehicles_is_in_the_file(app_context: Any) -> None:
    _case_no, content = make_file()
    for name, part in read_packet(content).parts.items():
        text = part.decode("utf-8", "ignore")
        assert "刘某" not in text, name
        assert "+8610000000077" not in text, name


def test_another_desk_opens_a_case_that_learned_at_receipt(other_desk: Callable[[], None]) -> None:
    sender, content = make_file()
    other_desk()
    stranger = actor("stranger")
    found = receiving.look(content, actor=stranger)
    assert (found.own_case, found.earlier, found.taken) == (None, None, None)
    assert not found.key.is_known
    assert counts()["Incident"] == 0, "looking writes no row"
    incident = receiving.take(found.sha256, received_at=RECEIVED, join=None, actor=stranger, now=RECEIVED)
    assert (incident.office_code, incident.is_exercise) == (YICHANG, False)
    assert incident.learned_at == RECEIVED
    lines = clocks.clocks_of(stranger, incident.case_no)
    assert lines, "its own clocks run"
    assert {line.clock.office for line in lines} == {YICHANG}
    reporting = [line.clock for line in lines if line.clock.rule_id.startswith("R")]
    assert min(clock.starts_at for clock in reporting) == RECEIVED
    assert {"R1", "R2"} & {line.clock.rule_id for line in lines if line.clock.state(RECEIVED) is ClockState.RUNNING}
    row = db.session.scalars(select(ReceivedNotice)).one()
    assert (row.sender_case_no, row.sender_code, row.opened_case) == (sender, "420300", True)
    texts = {fact.kind: fact.data.get("value") for fact in db.session.scalars(select(FactRecord))}
    assert texts["sheet.water_body"] == "汉江"
    assert texts["sheet.substance"] == "苯胺"


def test_the_same_file_taken_twice_changes_nothing(other_desk: Callable[[], None]) -> None:
    _sender, content = make_file()
    other_desk()
    stranger = actor("stranger")
    sha256 = receiving.look(content, actor=stranger).sha256
    first = receiving.take(sha256, received_at=RECEIVED, join=None, actor=stranger, now=RECEIVED)
    before = counts()
    later = RECEIVED + timedelta(hours=2)
    again = receiving.take(sha256, received_at=later, join=None, actor=stranger, now=later)
    assert again.case_no == first.case_no
    assert counts() == before
    assert receiving.look(content, actor=stranger).taken is not None


def test_a_further_file_joins_the_case_of_the_first(other_desk: Callable[[], None]) -> None:
    sender, first = make_file()
    _same, second = make_file(NOW + timedelta(hours=1), sender)
    assert json.loads(read_packet(second).parts[NOTICE])["follows"] == f"{sender}.T1"
    assert b"<msgType>Update</msgType>" in read_packet(second).parts[ALERT]
    other_desk()
    stranger = actor("stranger")
    one = receiving.look(first, actor=stranger).sha256
    incident = receiving.take(one, received_at=RECEIVED, join=None, actor=stranger, now=RECEIVED)
    later = NOW + timedelta(hours=2)
    found = receiving.look(second, actor=stranger)
    assert found.key.is_known
    assert found.earlier is not None
    again = receiving.take(found.sha256, received_at=later, join=None, actor=stranger, now=later)
    assert again.case_no == incident.case_no
    assert scope.incident(stranger, incident.case_no).learned_at == RECEIVED, "what was learned first stands"


def test_a_file_may_join_an_open_case_of_the_office_and_of_no_other(other_desk: Callable[[], None]) -> None:
    _sender, content = make_file()
    other_desk()
    stranger, officer = actor("stranger"), actor("officer")
    own = call_taking.take_call(sheet(), actor=stranger, now=NOW).case_no
    foreign = call_taking.take_call(sheet(), actor=officer, now=NOW).case_no
    sha256 = receiving.look(content, actor=stranger).sha256
    with pytest.raises(NotFound):
        receiving.take(sha256, received_at=RECEIVED, join=foreign, actor=stranger, now=RECEIVED)
    joined = receiving.take(sha256, received_at=RECEIVED, join=own, actor=stranger, now=RECEIVED)
    assert joined.case_no == own
    assert not db.session.scalars(select(ReceivedNotice)).one().opened_case


def test_on_one_desk_the_addressee_joins_the_senders_case_and_the_duty_is_met(app_context: Any) -> None:
    officer, stranger = actor("officer"), actor("stranger")
    case_no, content = make_file()
    with pytest.raises(NotFound):
        scope.incident(stranger, case_no)
    found = receiving.look(content, actor=stranger)
    assert found.own_case is not None
    incident = receiving.take(found.sha256, received_at=RECEIVED, join=None, actor=stranger, now=RECEIVED)
    assert incident.case_no == case_no
    own = db.session.scalars(select(IncidentOffice).where(IncidentOffice.office_code == YICHANG)).one()
    assert own.learned_at == RECEIVED
    mine = [line.clock for line in clocks.clocks_of(stranger, case_no) if line.clock.office == YICHANG]
    assert {clock.starts_at for clock in mine if clock.rule_id in {"R1", "R2"}} == {RECEIVED}
    assert notice_rows.one(officer, case_no, 1).told_at == RECEIVED


def test_a_forged_file_about_a_case_of_this_desk_does_not_open_it(app_context: Any) -> None:
    """Whoever writes a file with a case's number and signs it gets a case of their own, never the one on this desk."""
    case_no, content = make_file()
    stranger = actor("stranger")

    def other_words(parts: dict[str, bytes]) -> None:
        parts["letter.docx"] += b" "

    found = receiving.look(signed_anew(content, other_words), actor=stranger)
    assert found.own_case is None
    incident = receiving.take(found.sha256, received_at=RECEIVED, join=None, actor=stranger, now=RECEIVED)
    assert incident.case_no != case_no
    with pytest.raises(NotFound):
        scope.incident(stranger, case_no)


def test_a_file_for_another_office_is_not_taken(app_context: Any) -> None:
    _case_no, content = make_file()
    for login in ("officer", "province", "county"):
        with pytest.raises(NotForThisOffice):
            receiving.look(content, actor=actor(login))


def test_another_key_of_the_same_sender_is_named(other_desk: Callable[[], None]) -> None:
    sender, first = make_file()
    _same, second = make_file(NOW + timedelta(hours=1), sender)
    other_desk()
    stranger = actor("stranger")
    sha256 = receiving.look(first, actor=stranger).sha256
    receiving.take(sha256, received_at=RECEIVED, join=None, actor=stranger, now=RECEIVED)
    found = receiving.look(signed_anew(second, lambda _parts: None), actor=stranger)
    assert (found.key.is_other, found.key.is_known) == (True, False)


def test_one_number_with_two_contents_is_refused(other_desk: Callable[[], None]) -> None:
    _sender, content = make_file()
    other_desk()
    stranger = actor("stranger")
    sha256 = receiving.look(content, actor=stranger).sha256
    receiving.take(sha256, received_at=RECEIVED, join=None, actor=stranger, now=RECEIVED)
    with pytest.raises(SameNumberOtherContent):
        receiving.look(signed_anew(content, lambda _parts: None), actor=stranger)


def test_a_changed_part_is_refused(app_context: Any) -> None:
    _case_no, content = make_file()
    stranger = actor("stranger")
    letter = read_packet(content).parts["letter.docx"]
    for parts in ({"letter_docx": letter + b" "}, {"clocks_json": b"{}"}, {"manifest_json": b"{}"}):
        with pytest.raises(NoticeFileRefused):
            receiving.look(changed(content, **parts), actor=stranger)


def test_alert_and_notice_must_say_the_same(app_context: Any) -> None:
    _case_no, content = make_file()

    def exercise_in_the_alert_only(parts: dict[str, bytes]) -> None:
        parts[ALERT] = parts[ALERT].replace(b"<status>Actual<", b"<status>Exercise<")

    with pytest.raises(NoticeFileRefused):
        receiving.look(signed_anew(content, exercise_in_the_alert_only), actor=actor("stranger"))


def test_an_exercises_file_opens_only_an_exercise(other_desk: Callable[[], None]) -> None:
    exercise_only()
    case_no, content = make_file()
    assert case_no.startswith("X")
    assert b"<status>Exercise</status>" in read_packet(content).parts[ALERT]
    other_desk()
    stranger = actor("stranger")
    real = call_taking.take_call(sheet(), actor=stranger, now=NOW).case_no
    sha256 = receiving.look(content, actor=stranger).sha256
    with pytest.raises(OtherKindOfCase):
        receiving.take(sha256, received_at=RECEIVED, join=real, actor=stranger, now=RECEIVED)
    incident = receiving.take(sha256, received_at=RECEIVED, join=None, actor=stranger, now=RECEIVED)
    assert incident.is_exercise
    assert incident.case_no.startswith("X420500")


def test_a_real_file_is_not_taken_on_a_desk_of_exercises(other_desk: Callable[[], None]) -> None:
    _case_no, content = make_file()
    other_desk()
    exercise_only()
    with pytest.raises(OnlyExercisesHere):
        receiving.look(content, actor=actor("stranger"))


def test_a_digest_of_no_file_opens_nothing(app_context: Any) -> None:
    with pytest.raises(NotFound):
        receiving.look_again("0" * 64, actor=actor("stranger"))


def test_the_key_is_made_once_and_only_the_owner_may_read_it(app_context: Any, home: Path) -> None:
    first = desk_key.private_key()
    assert desk_key.private_key() == first
    assert len(first) == 32
    path = home / "desk.key"
    assert base64.b64decode(path.read_bytes()) == first
    assert path.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in home.glob("desk.key*")] == ["desk.key"]
