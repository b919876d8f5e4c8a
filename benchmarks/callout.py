"""Eighty people called at once: seconds from the officer's press until the vendor has every message.

Ours is the whole way (call-out, outbox, worker's tick on SQLite); the peer is Twilio's own client in a plain loop. Both
ask the same wall of phones, which takes 0.3 s for each request as a vendor across the country does. A second line
has the first of two vendors fall silent in mid call-out. One JSON line per claim. ``python benchmarks/callout.py``.
"""

from __future__ import annotations

import json
import logging
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from incident_desk.app import create_app
from incident_desk.domain.messages import reference_of
from incident_desk.domain.permissions import Actor, Role
from incident_desk.extensions import db
from incident_desk.models import Expert, Incident, Office, OutboxMessage
from incident_desk.notify.phone_wall import PhoneWall
from incident_desk.notify.wall_book import WallMode
from incident_desk.services import database
from incident_desk.services.callouts import callout, experts
from incident_desk.services.cases import case_files
from incident_desk.services.messages import delivery, outbox
from incident_desk.services.transaction import transaction
from incident_desk.settings import Settings

PEOPLE = 80
VENDOR_TAKES_S = 0.3
OFFICE = "420000"
SECRET = "a secret of the benchmark"  # noqa: S105 - opens nothing
LEADER = Actor("person:1", OFFICE, Role.LEADER, person_id=1)


def now() -> datetime:
    """Real time; the benchmark's office has no other."""
    return datetime.now(UTC)


@contextmanager
def desk(settings: Settings) -> Iterator[None]:
    """A desk in an empty folder with the sample pool."""
    app = create_app(settings)
    with app.app_context():
        database.upgrade(db.engine)
        db.session.add(Office(code=OFFICE, name_zh="湖北省", name_en="Hubei", parent_code=None, settings={}))
        db.session.commit()
        experts.load_sample_pool(actor=LEADER, now=now())
        yield
        app.extensions["journal_follower"].end()
        db.session.remove()
        db.engine.dispose()


def open_case(*, exercise: bool) -> Incident:
    """A case to call out for."""
    with transaction() as tx:
        return case_files.open_case(
            tx, title="堵河 苯胺", learned_at=now(), occurred_at=None, is_exercise=exercise, actor=LEADER, now=now()
        )


def ours(wall: PhoneWall, settings: Settings) -> float:
    """Seconds for the whole pool of an exercise."""
    with desk(settings):
        case_no = open_case(exercise=True).case_no
        began = time.perf_counter()
        callout.call_whole_pool(case_no, actor=LEADER, now=now())
        while delivery.tick(now(), wall=now()):
            pass
        taken = time.perf_counter() - began
    assert len(wall.book.messages()) == PEOPLE
    return taken


def peer(wall: PhoneWall) -> float:
    """Seconds for Twilio's client, one message after another."""
    client = Client("AC" + "0" * 32, "token", http_client=TwilioHttpClient())
    client.api.base_url = wall.url
    began = time.perf_counter()
    for number in range(PEOPLE):
        client.messages.create(to=f"+861000000{number:04d}", from_="+8610000009999", body=f"请答复 {number}")
    taken = time.perf_counter() - began
    assert len(wall.book.messages()) == PEOPLE
    return taken


def through_the_second(first: PhoneWall, second: PhoneWall, settings: Settings) -> tuple[float, int]:
    """Seconds until the second vendor has what the first, silent from the start, did not answer; and doubles."""
    account = "AC" + "1" * 32
    real = replace(
        settings, vendor_api=first.url, vendor_account=account, vendor_token=SECRET, vendor_sender="+8613900000000",
        vendor2_api=second.url, vendor2_account=account, vendor2_token=SECRET, vendor2_sender="+8613900000001",
    )  # fmt: skip
    with desk(real):
        incident = open_case(exercise=False)
        with transaction() as tx:
            for row in tx.session.scalars(select(Expert)):
                outbox.promise(
                    tx, incident, key=f"{incident.case_no}|contact_test|bench|{row.id}|1", template="contact_test",
                    to_number=f"+8613800138{row.id:03d}", body=_body(incident.case_no, row.id), not_before=now(),
                )  # fmt: skip
        first.book.behave(WallMode.SILENT)
        began = time.perf_counter()
        left = PEOPLE
        while left:
            delivery.tick(now(), wall=now())
            time.sleep(0.1)
            db.session.rollback()
            left = len(db.session.scalars(select(OutboxMessage).where(OutboxMessage.handed_over_at.is_(None))).all())
        taken = time.perf_counter() - began
        first.book.behave(WallMode.NORMAL)
    return taken, len(second.book.messages()) + len(first.book.messages()) - PEOPLE


def _body(case_no: str, expert: int) -> str:
    return f"通讯测试，收到请回1。（{reference_of(f'{case_no}|contact_test|bench|{expert}|1')}）"


def settings_in(folder: str, phones: PhoneWall) -> Settings:
    """Settings of a desk in *folder*."""
    home = Path(folder)
    return Settings(
        home=home, database_url=f"sqlite:///{home / 'desk.sqlite3'}", secret_key=SECRET,
        phones_url=phones.url,
    )  # fmt: skip


def main() -> None:
    """Print one line for each claim."""
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        wall, second = PhoneWall().start(), PhoneWall().start()
        for phones in (wall, second):
            phones.book.behave(WallMode.SLOW, VENDOR_TAKES_S)
        mine = ours(wall, settings_in(one, wall))
        wall.book.clear()
        theirs = peer(wall)
        line = {"name": "80-person call-out handed over", "ours": round(mine, 2), "peer": round(theirs, 2)}
        print(json.dumps({**line, "ratio": round(theirs / mine, 1), "unit": "s", "n": PEOPLE}))
        wall.book.clear()
        taken, doubles = through_the_second(wall, second, settings_in(two, wall))
        line = {"name": "first vendor silent, all through the second", "ours": round(taken, 2), "peer": None}
        print(json.dumps({**line, "ratio": None, "unit": "s", "n": PEOPLE, "doubles": doubles}))
        for phones in (wall, second):
            phones.close()


if __name__ == "__main__":
    main()
