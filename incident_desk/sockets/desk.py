"""Screens join the room of their office or case, receive what they missed, and hear what comes next."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from flask import Flask, request

from incident_desk.domain.errors import DomainError
from incident_desk.domain.permissions import Actor
from incident_desk.services import heartbeats, scope, steady_time
from incident_desk.services.law import clocks
from incident_desk.services.office_time import office_clock, office_now
from incident_desk.services.screens import board
from incident_desk.sockets.follower import Follower, clock_room
from incident_desk.sockets.screens import Door, Screens, screen_actor
from incident_desk.sockets.server import ScreenRefused, emit, join_room, socketio
from incident_desk.sockets.worker_watch import WorkerWatch


def replay(actor: Actor, last_seq: int, case_no: str | None = None) -> Iterator[list[dict[str, Any]]]:
    """Everything the screen missed, page by page; at least one page, so that the screen knows the replay came."""
    while True:
        page = board.entries_after(last_seq, actor=actor, case_no=case_no)
        yield page
        if len(page) < board.BATCH:
            return
        last_seq = page[-1]["seq"]


def _last_seq(message: object) -> int:
    value = message.get("last_seq", 0) if isinstance(message, dict) else 0
    return value if type(value) is int and 0 <= value <= board.LAST_SEQ else 0


def init_sockets(app: Flask) -> None:
    """Register the handlers, stand at the door, and make the follower ready; it starts with the first screen."""
    screens = Screens(app.config["SCREENS"])
    app.extensions["screens"] = screens
    follower = Follower(app, screens)
    app.extensions["journal_follower"] = follower
    watch = app.extensions["worker_watch"] = WorkerWatch(heartbeats.counts, heartbeats.WATCHED)
    app.wsgi_app = Door(app, app.wsgi_app, screens)  # type: ignore[method-assign]

    @socketio.on("connect")
    def connect(_auth: object = None) -> None:
        actor = screen_actor()
        if actor is None:
            raise ScreenRefused("sign in first")
        screens.came_in(_sid(), request.environ, actor)
        follower.start()

    @socketio.on("disconnect")
    def disconnect(_reason: object = None) -> None:
        screens.left(_sid())

    @socketio.on("desk:join")
    def join_desk(message: object = None) -> None:
        actor = screen_actor()
        if actor is None or not actor.may("journal.read"):
            return
        follower.start()
        join_room(f"office:{actor.office}")
        for page in replay(actor, _last_seq(message)):
            emit("journal:entries", page)
        if actor.may("clock.read"):
            join_room(clock_room(f"office:{actor.office}"))
            emit("clock:state", clocks.state_payload(clocks.open_clocks(actor), office_now()))

    @socketio.on("case:join")
    def join_case(message: object = None) -> None:
        actor = screen_actor()
        case_no = message.get("case_no") if isinstance(message, dict) else None
        if actor is None or not isinstance(case_no, str) or not actor.may("incident.read"):
            return
        try:
            found = scope.incident(actor, case_no).case_no
        except DomainError:
            return
        join_room(f"case:{found}")
        for page in replay(actor, _last_seq(message), found):
            emit("journal:entries", page)
        if actor.may("clock.read"):
            join_room(clock_room(f"case:{found}"))
            emit("clock:state", clocks.state_payload(clocks.clocks_of(actor, found), office_now()))

    @socketio.on("time:ask")
    def tell_time(message: object = None) -> None:
        if screen_actor() is None:
            return
        sent = message.get("sent") if isinstance(message, dict) else None
        if sent is not None and not isinstance(sent, int | float):
            return
        clock = office_clock()
        server = _epoch_ms(clock.at(steady_time.now()))
        emit("time:tell", {"sent": sent, "server": server, "speed": clock.speed, "stalled": _stopped(watch)})


def _stopped(watch: WorkerWatch) -> list[str]:
    """What a screen must warn of: duties that stand still, and a system clock that was stepped."""
    return [*watch.stalled(), *(["system_clock"] if steady_time.step() else [])]


def _sid() -> str:
    return str(request.sid)  # type: ignore[attr-defined]


def _epoch_ms(at: datetime) -> float:
    return (at - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() * 1000
