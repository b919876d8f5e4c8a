"""One entry to 500 live screens of one web process, over real websockets.

Measured from the moment the officer's request is sent to the moment each screen has the entry, so writing it counts
too. ``python benchmarks/broadcast.py [SCREENS] [ROUNDS]``.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from functools import partial
from statistics import median

import aiohttp
import requests
from _installation import Installation, claim, exercise, percentile, program

OPENING_AT_ONCE = 20
WAIT_S = 20.0
JOIN = "42" + json.dumps(["desk:join", {"last_seq": 2**40}])
"""Beyond every number: nothing is replayed, what is heard is live."""


class Screen:
    """A live screen: the Socket.IO protocol over one websocket; ``heard`` is when each entry came."""

    def __init__(self, line: aiohttp.ClientWebSocketResponse) -> None:
        self.line = line
        self.heard: dict[int, float] = {}
        self.joined = asyncio.Event()
        self.doubled = 0
        self.listening: asyncio.Task[None] | None = None

    async def listen(self) -> None:
        """Hear until the line ends."""
        await self.line.send_str("40")
        async for frame in self.line:
            if frame.type is not aiohttp.WSMsgType.TEXT:
                break
            text: str = frame.data
            if text == "2":
                await self.line.send_str("3")
            elif text.startswith("40"):
                await self.line.send_str(JOIN)
            elif text.startswith('42["journal:entries"'):
                self._entries(json.loads(text[2:])[1])

    def _entries(self, entries: list[dict[str, int]]) -> None:
        now = time.perf_counter()
        self.joined.set()
        for entry in entries:
            self.doubled += entry["seq"] in self.heard
            self.heard.setdefault(entry["seq"], now)


async def open_screens(desk: Installation, session: aiohttp.ClientSession, count: int) -> list[Screen]:
    """*count* screens that have joined the desk, and listen."""
    address = desk.url.replace("http", "ws", 1) + "/socket.io/?EIO=4&transport=websocket"
    screens: list[Screen] = []
    for _ in range(0, count, OPENING_AT_ONCE):
        lines = await asyncio.gather(
            *(session.ws_connect(address, origin=desk.url) for _ in range(min(OPENING_AT_ONCE, count - len(screens))))
        )
        fresh = [Screen(line) for line in lines]
        for screen in fresh:
            screen.listening = asyncio.create_task(screen.listen())
        await asyncio.wait_for(asyncio.gather(*(screen.joined.wait() for screen in fresh)), 120)
        screens += fresh
    return screens


async def one_round(desk: Installation, officer: requests.Session, case_no: str, screens: list[Screen]) -> list[float]:
    """Write a line of log; milliseconds until each screen had it."""
    known = set().union(*(screen.heard for screen in screens))
    form = {"case_no": case_no, "text": "下游取水口已电话通知"}
    began = time.perf_counter()
    post = partial(officer.post, f"{desk.url}/board/log", data=form, timeout=60, allow_redirects=False)
    (await asyncio.to_thread(post)).raise_for_status()
    deadline = time.perf_counter() + WAIT_S
    while time.perf_counter() < deadline and any(not screen.heard.keys() - known for screen in screens):
        await asyncio.sleep(0.05)
    return [
        (min(at for seq, at in screen.heard.items() if seq not in known) - began) * 1000
        for screen in screens
        if screen.heard.keys() - known
    ]


async def measure(desk: Installation, officer: requests.Session, count: int, rounds: int) -> None:
    """Open the screens, write the lines, print what came of it."""
    case_no = officer.get(f"{desk.url}/api/v1/incidents", timeout=60).json()[0]["case_no"]
    headers = {"Authorization": str(officer.headers["Authorization"])}
    async with aiohttp.ClientSession(headers=headers, connector=aiohttp.TCPConnector(limit=0)) as session:
        screens = await open_screens(desk, session, count)
        took: list[float] = []
        for _ in range(rounds):
            took += await one_round(desk, officer, case_no, screens)
            await asyncio.sleep(0.5)
        n = count * rounds
        claim(f"broadcast_{count}_screens_p50", median(took), "ms", n)
        claim(f"broadcast_{count}_screens_p99", percentile(took, 0.99), "ms", n)
        claim(f"broadcast_{count}_screens_worst", max(took), "ms", n)
        claim(f"broadcast_{count}_screens_missed", n - len(took), "entries", n)
        claim(f"broadcast_{count}_screens_doubled", sum(screen.doubled for screen in screens), "entries", n)
        page = [await asyncio.to_thread(_page, desk, officer) for _ in range(20)]
        claim(f"board_page_while_{count}_screens_look_median", median(page), "ms", len(page))


def _page(desk: Installation, officer: requests.Session) -> float:
    began = time.perf_counter()
    officer.get(desk.url + "/", timeout=60).raise_for_status()
    return (time.perf_counter() - began) * 1000


def main(count: int, rounds: int) -> None:
    """All claims on one desk; fewer screens where this machine lets a process open too few files."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * count + 500
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, hard), hard))
        count = min(count, (min(wanted, hard) - 500) // 2)
    with exercise(screens=count + 10) as desk, desk.web():
        asyncio.run(measure(desk, program(desk), count, rounds))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500, int(sys.argv[2]) if len(sys.argv) > 2 else 10)
