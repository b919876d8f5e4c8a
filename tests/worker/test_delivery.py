"""The duties of messages: run by the worker's loop, killed for real between vendor and mark, and nothing doubled."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from incident_desk.extensions import db
from incident_desk.models import OutboxMessage
from incident_desk.notify.phone_wall import PhoneWall
from incident_desk.notify.wall_book import WallMessage, WallMode
from incident_desk.settings import Settings
from incident_desk.worker import delivery
from incident_desk.worker.duties import all_duties
from incident_desk.worker.loop import run_once
from tests.notify.phones_fixture import eventually, wall
from tests.services.wire import PHONE, bodies, promise, some_case

__all__ = ["wall"]

WORKER = "from incident_desk.cli import main; main(['worker'])"


@pytest.fixture
def settings(home: Any, wall: PhoneWall) -> Settings:
    return Settings(
        home=home, database_url=f"sqlite:///{home / 'desk.sqlite3'}", secret_key="a key for tests only",
        phones_url=wall.url,
    )  # fmt: skip


@pytest.fixture
def message(app: Any) -> OutboxMessage:
    with app.app_context():
        return promise(some_case(), not_before=datetime.now(UTC))


def _stored(app: Any, message: OutboxMessage) -> OutboxMessage:
    with app.app_context():
        return db.session.scalars(select(OutboxMessage).where(OutboxMessage.id == message.id)).one()


def test_sending_and_asking_are_among_the_workers_duties() -> None:
    assert {"messages", "receipts"} <= {duty.name for duty in all_duties()}


def test_a_duty_sends_what_is_due(app: Any, message: OutboxMessage, wall: PhoneWall) -> None:
    assert run_once(app, delivery.MESSAGES) == 1
    assert _stored(app, message).state == "handed_over"
    assert run_once(app, delivery.MESSAGES) == 0


@pytest.fixture
def start_worker(settings: Settings, wall: PhoneWall) -> Iterator[Any]:
    running: list[subprocess.Popen[bytes]] = []
    environ = {
        **os.environ,
        "INCIDENT_DESK_HOME": str(settings.home),
        "DATABASE_URL": settings.database_url,
        "INCIDENT_DESK_PHONES_URL": wall.url,
        "INCIDENT_DESK_SECRET_KEY": settings.secret_key,
    }

    def start() -> subprocess.Popen[bytes]:
        process = subprocess.Popen([sys.executable, "-c", WORKER], env=environ, stderr=subprocess.DEVNULL)
        running.append(process)
        return process

    yield start
    for process in running:
        if process.poll() is None:
            process.kill()
        process.wait()


@pytest.mark.slow
@pytest.mark.alone
def test_a_worker_killed_between_vendor_and_mark_leaves_no_double(
    app: Any, message: OutboxMessage, wall: PhoneWall, start_worker: Any
) -> None:
    """The wall takes the message and withholds its answer; the worker is killed while it waits for it."""
    take = wall.exchange.take

    def take_and_hold(taken: WallMessage) -> None:
        take(taken)
        time.sleep(5)

    wall.exchange.take = take_and_hold  # type: ignore[method-assign]
    first = start_worker()
    assert eventually(lambda: len(bodies(wall)) == 1, 60)
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    assert _stored(app, message).state == "claimed"
    wall.exchange.take = take  # type: ignore[method-assign]
    start_worker()
    assert eventually(lambda: _stored(app, message).state == "handed_over", 90)
    assert bodies(wall, PHONE) == [message.body]


@pytest.mark.slow
@pytest.mark.alone
def test_a_worker_killed_before_the_vendor_loses_nothing(
    app: Any, message: OutboxMessage, wall: PhoneWall, start_worker: Any
) -> None:
    """The wall takes nothing in while it is silent; the worker is killed while it waits."""
    wall.book.behave(WallMode.SILENT)
    first = start_worker()
    assert eventually(lambda: _stored(app, message).state == "claimed", 60)
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    assert bodies(wall) == []
    wall.book.behave(WallMode.NORMAL)
    start_worker()
    assert eventually(lambda: _stored(app, message).state == "handed_over", 90)
    assert bodies(wall, PHONE) == [message.body]
