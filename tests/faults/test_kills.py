"""SIGKILL at the ten points: nothing acknowledged is lost, no clock event missed or doubled, no message lost.

Real processes, stopped at a named point by ``pause/sitecustomize.py`` and killed there; then everything is started
again as after a power cut, and the database is read.
"""

from __future__ import annotations

import hashlib
import io
import json
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from PIL import Image

from tests.desks import COMMAND, Desk, in_process
from tests.faults.conftest import Pause
from tests.sockets.screens import Screen

pytestmark = pytest.mark.alone

PauseAt = Callable[[str], Pause]
CALL = {
    "channel": "POLICE", "place_text": "堵河某桥", "water_body": "堵河", "substance": "苯胺", "un_no": "1547",
    "leaked": "约5吨", "caller_name": "刘某", "caller_phone": "+8610000000077",
}  # fmt: skip
EXERCISE_ACCOUNT = "AC" + "0" * 32


def open_case(desk: Desk, key: str | None = None, **more: object) -> Any:
    return desk.ask("POST", "/api/v1/incidents", json=CALL | more, key=key)


def in_background(act: Callable[[], Any]) -> threading.Thread:
    """Ask something that will be cut off: whatever comes of it is dropped."""

    def quietly() -> None:
        try:
            act()
        except (requests.RequestException, OSError):
            return

    thread = threading.Thread(target=quietly, daemon=True)
    thread.start()
    return thread


def is_whole(desk: Desk) -> bool:
    """``journal verify`` and ``db check``, as the commands run them."""
    from incident_desk.extensions import db
    from incident_desk.services import database, journal

    with in_process(desk):
        return journal.verify().ok and not database.check(db.engine)


def until(found: Callable[[], object], within_s: float = 90.0, step_s: float = 0.05) -> None:
    deadline = time.monotonic() + within_s
    while not found():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(step_s)


def photograph(words: bytes = b"") -> bytes:
    out = io.BytesIO()
    Image.effect_noise((640, 480), 60).save(out, "JPEG", quality=95)
    return out.getvalue() + words


def messages_at_the_vendor(desk: Desk) -> list[str]:
    """The texts that the vendor took, as its own list tells."""
    answer = requests.get(
        f"{desk.phones_url}/2010-04-01/Accounts/{EXERCISE_ACCOUNT}/Messages.json?PageSize=1000",
        auth=(EXERCISE_ACCOUNT, "any"), timeout=10,
    )  # fmt: skip
    return [message["body"] for message in answer.json()["messages"] if message["direction"] == "outbound-api"]


def let_leases_run_out(desk: Desk) -> None:
    """Half a minute later, without waiting for it."""
    with in_process(desk):
        from sqlalchemy import text

        from incident_desk.extensions import db

        with db.engine.begin() as connection:
            past = (datetime.now(UTC) - timedelta(seconds=1)).replace(tzinfo=None).isoformat(sep=" ")
            connection.execute(text("UPDATE outbox SET leased_until = :past WHERE state = 'claimed'"), {"past": past})


def texts(desk: Desk) -> list[tuple[str, str]]:
    """Key and state of every promised message."""
    return [(key, state) for key, state in desk.rows("SELECT key, state FROM outbox ORDER BY id")]


# 1 ---------------------------------------------------------------------------------------------------------------


def test_calls_that_were_acknowledged_are_there_and_the_others_can_be_sent_again(desk: Desk) -> None:
    desk.start("web")
    acknowledged: dict[str, str] = {}
    sent: list[str] = []

    def stream() -> None:
        for number in range(200):
            sent.append(f"call-{number}")
            answer = open_case(desk, key=f"call-{number}", place_text=f"堵河第{number}桥")
            acknowledged[f"call-{number}"] = answer.json()["case_no"]

    thread = in_background(stream)
    until(lambda: len(acknowledged) >= 4)
    time.sleep(0.07)
    desk.kill("web")
    thread.join(10)
    desk.start("web")
    for number, key in enumerate(sent):
        again = open_case(desk, key=key, place_text=f"堵河第{number}桥")
        assert again.status_code == 201, again.text
        assert again.json()["case_no"] == acknowledged.get(key, again.json()["case_no"])
    cases = [row[0] for row in desk.rows("SELECT case_no FROM incident ORDER BY id")]
    assert len(cases) == len(sent) == len(set(cases))
    assert [entry["case_no"] for entry in desk.journal("call.taken")] == cases
    assert len(desk.rows("SELECT id FROM call")) == len(sent)
    assert is_whole(desk)


def test_a_call_cut_off_before_its_commit_left_nothing_and_is_sent_again(desk: Desk, pause: PauseAt) -> None:
    stop = pause("commit:call.taken")
    desk.start("web", environ=stop.environ)
    in_background(lambda: open_case(desk, key="the-call"))
    stop.wait()
    desk.kill("web")
    assert desk.rows("SELECT * FROM incident") == desk.rows("SELECT * FROM outbox") == []
    desk.start("web")
    answer = open_case(desk, key="the-call")
    assert answer.status_code == 201
    assert answer.json()["case_no"].endswith("-0001"), "no number was used up"
    assert is_whole(desk)


def test_a_call_whose_answer_was_cut_off_is_not_opened_twice(desk: Desk, pause: PauseAt) -> None:
    stop = pause("committed:call.taken")
    desk.start("web", environ=stop.environ)
    in_background(lambda: open_case(desk, key="the-call"))
    stop.wait()
    desk.kill("web")
    [(case_no,)] = desk.rows("SELECT case_no FROM incident")
    desk.start("web")
    assert open_case(desk, key="the-call").json()["case_no"] == case_no
    assert len(desk.rows("SELECT id FROM incident")) == 1
    assert {entry["rule"] for entry in desk.journal("clock.started", case_no)} >= {"R1"}
    assert is_whole(desk)


# 2 ---------------------------------------------------------------------------------------------------------------


def test_what_was_committed_and_not_announced_reaches_the_screen_once_afterwards(desk: Desk, pause: PauseAt) -> None:
    stop = pause("announce")
    desk.start("web", environ=stop.environ)
    with Screen(desk) as screen:
        last = int(desk.rows("SELECT max(seq) FROM journal")[0][0])
        screen.say("desk:join", {"last_seq": last})
        screen.wait_until(lambda heard: heard.all_of("journal:entries"))
        case_no = open_case(desk).json()["case_no"]
        stop.wait()
        assert screen.entries() == []
        desk.kill("web")
        assert screen.closed.wait(5)
    desk.start("web")
    wanted = [row[0] for row in desk.rows("SELECT seq FROM journal WHERE case_no = ? ORDER BY seq", case_no)]
    with Screen(desk) as again:
        again.say("desk:join", {"last_seq": last})
        again.wait_until(lambda heard: len(heard.entries()) >= len(wanted))
        time.sleep(0.5)
        assert [entry["seq"] for entry in again.entries()] == wanted
    assert is_whole(desk)


# 3 and 4 ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("point", "receipts"),
    [("vendor:before", "normal"), ("vendor:after", "normal"), ("vendor:after", "no_receipts")],
)
def test_every_message_reaches_the_vendor_once_though_the_worker_dies_at_the_vendors_door(
    desk: Desk, pause: PauseAt, point: str, receipts: str
) -> None:
    """Where receipts come, they tell the desk; where none come, the vendor's own list does."""
    desk.start("web", "phones")
    assert requests.post(f"{desk.phones_url}/wall/mode", json={"mode": receipts}, timeout=10).ok
    for _ in range(3):
        open_case(desk)
    promised = [key for key, _state in texts(desk)]
    assert len(promised) >= 3
    stop = pause(point)
    desk.start("worker", environ=stop.environ)
    stop.wait()
    if point == "vendor:after":
        until(lambda: len(messages_at_the_vendor(desk)) == len(promised))
    else:
        until(lambda: {state for _key, state in texts(desk)} == {"claimed"})
    desk.kill("worker")
    if receipts == "no_receipts":
        assert {state for _key, state in texts(desk)} == {"claimed"}, "nothing has told the desk"
    let_leases_run_out(desk)
    desk.start("worker")
    until(lambda: {state for _key, state in texts(desk)} <= {"handed_over", "delivered"})
    bodies = messages_at_the_vendor(desk)
    assert len(bodies) == len(set(bodies)) == len(promised)
    assert len(desk.journal("message.handed_over")) == len(promised)
    assert [key for key, _state in texts(desk)] == promised
    assert is_whole(desk)


# 5 and 6 ---------------------------------------------------------------------------------------------------------


def send_photograph(desk: Desk, case_no: str, content: bytes, key: str) -> Any:
    return desk.ask(
        "POST", f"/field/{case_no}/photographs", files={"file": ("现场.jpg", content, "image/jpeg")},
        data={"client_key": key, "sha256": hashlib.sha256(content).hexdigest()}, headers={"Accept": "application/json"},
    )  # fmt: skip


def stored(desk: Desk) -> list[Path]:
    folder = desk.home / "evidence"
    return [path for path in folder.rglob("*") if path.is_file() and "incoming" not in path.parts]


def assert_received_once(desk: Desk, content: bytes, case_no: str) -> None:
    [(sha256, size)] = desk.rows("SELECT sha256, size_bytes FROM evidence")
    assert (sha256, size) == (hashlib.sha256(content).hexdigest(), len(content))
    [path] = stored(desk)
    assert path.read_bytes() == content
    assert len(desk.journal("evidence.received", case_no)) == 1
    assert is_whole(desk)


def test_a_photograph_cut_off_in_the_upload_is_not_half_there_and_arrives_when_sent_again(desk: Desk) -> None:
    desk.start("web")
    case_no = open_case(desk).json()["case_no"]
    content = photograph(b"\0" * 3_000_000)
    with half_sent(desk, case_no, content):
        desk.kill("web")
    assert stored(desk) == desk.rows("SELECT id FROM evidence") == []
    desk.start("web")
    assert send_photograph(desk, case_no, content, "photo-1").status_code == 201
    assert_received_once(desk, content, case_no)


def half_sent(desk: Desk, case_no: str, content: bytes) -> socket.socket:
    """Two thirds of an upload, then nothing more."""
    request = requests.Request(
        "POST", f"{desk.url}/field/{case_no}/photographs", files={"file": ("现场.jpg", content, "image/jpeg")},
        data={"client_key": "photo-1"}, headers={"Authorization": f"Bearer {desk.tokens['officer']}"},
    ).prepare()  # fmt: skip
    assert isinstance(request.body, bytes)
    line = socket.create_connection(("127.0.0.1", desk.port), timeout=10)
    head = "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())
    line.sendall(f"POST {request.path_url} HTTP/1.1\r\nHost: 127.0.0.1:{desk.port}\r\n{head}\r\n".encode())
    line.sendall(request.body[: len(request.body) * 2 // 3])
    time.sleep(0.3)
    return line


@pytest.mark.parametrize("point", ["file:kept", "committed:evidence.received"])
def test_a_photograph_cut_off_between_file_and_row_or_after_it_is_there_once_when_sent_again(
    desk: Desk, pause: PauseAt, point: str
) -> None:
    stop = pause(point)
    desk.start("web", environ=stop.environ)
    case_no = open_case(desk).json()["case_no"]
    content = photograph()
    in_background(lambda: send_photograph(desk, case_no, content, "photo-1"))
    stop.wait()
    desk.kill("web")
    assert [path.read_bytes() for path in stored(desk)] == [content], "the file is whole before its row"
    assert len(desk.rows("SELECT id FROM evidence")) == (point == "committed:evidence.received")
    desk.start("web")
    assert send_photograph(desk, case_no, content, "photo-1").status_code == 201
    assert_received_once(desk, content, case_no)


# 7 ---------------------------------------------------------------------------------------------------------------


def run_act(desk: Desk, name: str, arguments: dict[str, object], stop: Pause | None = None) -> subprocess.Popen[str]:
    """One use case in a process of its own."""
    import sys

    environ = desk.environment(stop.environ if stop else None)
    root = str(Path(__file__).parents[2])
    environ["PYTHONPATH"] = ":".join(filter(None, (environ.get("PYTHONPATH", ""), root)))
    return subprocess.Popen(
        [sys.executable, "-m", "tests.faults.acts", name, json.dumps(arguments)], env=environ, cwd=desk.home,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def kill_act(desk: Desk, name: str, arguments: dict[str, object], stop: Pause) -> None:
    """Run it up to the point and kill it there; it has acknowledged nothing."""
    process = run_act(desk, name, arguments, stop)
    try:
        until(lambda: stop.is_reached or process.poll() is not None)
        assert process.poll() is None, process.communicate()[1]
    finally:
        process.kill()
        said, _ = process.communicate(timeout=10)
    assert said == ""


def finish_act(desk: Desk, name: str, arguments: dict[str, object]) -> Any:
    process = run_act(desk, name, arguments)
    said, trouble = process.communicate(timeout=60)
    assert process.returncode == 0, trouble
    return json.loads(said)


def open_in_process(desk: Desk, *, learned_ago: timedelta = timedelta(minutes=30)) -> str:
    """A case of the tanker, opened by the service."""
    from incident_desk.services.calls import call_taking
    from tests.people import actor
    from tests.services.sheets import sheet

    now = datetime.now(UTC)
    learned = now - learned_ago
    with in_process(desk):
        typed = sheet(
            now=now, learned_at=learned.isoformat(), occurred_earliest=(learned - timedelta(minutes=15)).isoformat(),
            occurred_latest=(learned - timedelta(minutes=10)).isoformat(),
        )  # fmt: skip
        number: str = call_taking.take_call(typed, actor=actor("officer"), now=now).case_no
        return number


@pytest.mark.parametrize("point", ["commit:report.filed", "committed:report.filed"])
def test_a_report_cut_off_in_filing_is_filed_once_and_its_clock_met_once(
    desk: Desk, pause: PauseAt, point: str
) -> None:
    case_no = open_in_process(desk)
    arguments = {"case_no": case_no, "number": drafted(desk, case_no), "at": datetime.now(UTC).isoformat()}
    kill_act(desk, "file_report", arguments, pause(point))
    is_through = point.startswith("committed")
    assert len(desk.journal("report.filed", case_no)) == is_through
    assert len(desk.rows("SELECT id FROM fact WHERE kind = 'report_filed'")) == is_through
    finish_act(desk, "file_report", arguments)
    assert len(desk.journal("report.filed", case_no)) == 1
    assert len(desk.rows("SELECT id FROM fact WHERE kind = 'report_filed'")) == 1
    met = [entry["rule"] for entry in desk.journal("clock.met", case_no)]
    assert len(met) == len(set(met)) >= 1
    [(state, document)] = desk.rows("SELECT state, document_sha256 FROM report")
    assert state == "filed"
    assert (desk.home / "evidence" / document[:2] / document[2:4] / document).is_file()
    assert is_whole(desk)


def drafted(desk: Desk, case_no: str) -> int:
    """A first report by telephone, drafted and read."""
    from incident_desk.domain.law.legal_codes import ReportForm, ReportKind
    from incident_desk.services.reports import reporting
    from tests.people import actor

    now = datetime.now(UTC)
    with in_process(desk):
        person = actor("officer")
        report = reporting.begin(case_no, kind=ReportKind.INITIAL, form=ReportForm.PHONE, actor=person, now=now)
        reporting.check(case_no, report.number, actor=actor("officer2"), now=now)
        return report.number


# 8 ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("point", ["commit:release.recorded", "committed:release.recorded"])
def test_a_release_cut_off_in_recording_is_on_record_once_when_sent_again(
    desk: Desk, pause: PauseAt, point: str
) -> None:
    case_no = open_in_process(desk)
    arguments: dict[str, object] = {"case_no": case_no, "at": datetime.now(UTC).isoformat(), "key": "the-release"}
    kill_act(desk, "record_release", arguments, pause(point))
    is_through = point.startswith("committed")
    assert len(desk.journal("release.recorded", case_no)) == is_through
    assert len(desk.rows("SELECT id FROM release")) == is_through
    assert bool(finish_act(desk, "record_release", arguments)["repeated"]) == is_through
    [(digest, capture)] = desk.rows("SELECT digest, capture_sha256 FROM release")
    [entry] = desk.journal("release.recorded", case_no)
    assert entry["digest"] == digest
    kept = desk.home / "evidence" / capture[:2] / capture[2:4] / capture
    assert hashlib.sha256(kept.read_bytes()).hexdigest() == capture
    assert len(desk.rows("SELECT id FROM fact WHERE kind = 'release_published'")) == 1
    met = [entry["rule"] for entry in desk.journal("clock.met", case_no)]
    assert len(met) == len(set(met))
    assert is_whole(desk)


# 9 ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("point", ["package:checked", "commit:archive.exported", "committed:archive.exported"])
def test_an_export_cut_off_leaves_a_whole_package_or_none_and_can_be_done_again(
    desk: Desk, pause: PauseAt, point: str, tmp_path: Path
) -> None:
    case_no = open_in_process(desk)
    stop = pause(point)
    out = tmp_path / "packages"
    process = subprocess.Popen(
        [*COMMAND, "archive", "export", case_no, "--out", str(out)], env=desk.environment(stop.environ),
        cwd=desk.home, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        until(lambda: stop.is_reached or process.poll() is not None)
        assert process.poll() is None, process.communicate()[1]
    finally:
        process.kill()
        process.communicate(timeout=10)
    is_through = point.startswith("committed")
    assert (out / case_no).exists() == (point != "package:checked")
    assert len(desk.journal("archive.exported", case_no)) == is_through
    if is_through:
        assert desk.command("archive", "verify", str(out / case_no)).returncode == 0
        out = tmp_path / "again"
    done = desk.command("archive", "export", case_no, "--out", str(out))
    assert done.returncode == 0, done.stderr
    assert desk.command("archive", "verify", str(out / case_no)).returncode == 0
    assert [path.name for path in out.iterdir()] == [case_no], "nothing of the killed run is left"
    assert len(desk.journal("archive.exported", case_no)) == 1 + is_through
    assert is_whole(desk)


# 10 --------------------------------------------------------------------------------------------------------------


def moments(desk: Desk, case_no: str) -> list[tuple[str, str, int]]:
    """What was written of a case's clocks as they ran: kind, rule, level."""
    entries = [(kind, entry) for kind in ("clock.warned", "clock.overdue") for entry in desk.journal(kind, case_no)]
    return sorted((kind, entry["rule"], entry["level"]) for kind, entry in entries)


@pytest.mark.parametrize("point", ["commit:clock.overdue", "committed:clock.overdue"])
def test_a_clock_that_passes_while_the_worker_dies_is_written_once(desk: Desk, pause: PauseAt, point: str) -> None:
    case_no = open_in_process(desk, learned_ago=timedelta(hours=30))
    stop = pause(point)
    desk.start("worker", environ=stop.environ)
    stop.wait()
    desk.kill("worker")
    if point.startswith("commit:"):
        assert moments(desk, case_no) == []
    desk.start("worker")
    until(lambda: no_moment_is_missing(desk), step_s=0.5)
    time.sleep(1.5)
    written = moments(desk, case_no)
    assert len(written) == len(set(written))
    assert ("clock.warned", "R1", 75) in written
    assert ("clock.warned", "R1", 90) in written
    assert ("clock.overdue", "R1", 100) in written
    about = [(row[0], row[1]) for row in desk.rows("SELECT key, template FROM outbox WHERE template LIKE ?", "clock_%")]
    assert len({key for key, _template in about}) == len(about)
    assert {template for _key, template in about} == {"clock_overdue"}, "of several that passed, the newest is told"
    for entry in desk.journal("clock.overdue", case_no):
        assert entry["due_at"] < entry["written_at"]
    assert is_whole(desk)


def no_moment_is_missing(desk: Desk) -> bool:
    from sqlalchemy import func, select

    from incident_desk.extensions import db
    from incident_desk.models import ClockRecord

    overdue = select(func.count()).where(
        ClockRecord.is_open, ClockRecord.due_at < datetime.now(UTC), ClockRecord.overdue_at.is_(None)
    )
    with in_process(desk):
        return db.session.scalar(overdue) == 0


def test_two_workers_that_are_killed_by_turns_write_each_moment_once(desk: Desk) -> None:
    case_no = open_in_process(desk, learned_ago=timedelta(hours=30))
    other = Desk(
        desk.home, desk.port, desk.phones_port, desk.database_url, desk.is_https, desk.screens, tokens=desk.tokens
    )
    try:
        desk.start("worker")
        other.start("worker")
        time.sleep(1.7)
        desk.kill("worker")
        other.kill("worker")
        desk.start("worker")
        until(lambda: no_moment_is_missing(desk), step_s=0.5)
        time.sleep(1.5)
    finally:
        other.end()
    written = moments(desk, case_no)
    assert len(written) == len(set(written)) > 0
    assert is_whole(desk)
