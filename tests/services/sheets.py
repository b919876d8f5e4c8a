"""Call sheets as officers type them, for the tests of services."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from incident_desk.domain.calls.call_sheet import CallSheet
from tests.conftest import NOW

LEARNED = NOW - timedelta(minutes=20)
OCCURRED = NOW - timedelta(minutes=35)

TANKER: dict[str, object] = {
    "channel": "POLICE",
    "caller_name": "刘某",
    "caller_unit": "交警大队",
    "caller_phone": "+8610000000077",
    "learned_at": LEARNED.isoformat(),
    "occurred_kind": "about",
    "occurred_earliest": OCCURRED.isoformat(),
    "occurred_latest": (OCCURRED + timedelta(minutes=5)).isoformat(),
    "place_text": "堵河某桥",
    "coordinates": "110.35, 32.60",
    "datum": "wgs84",
    "water_body": "堵河",
    "media": ["WATER_SURFACE"],
    "substance": "苯胺",
    "un_no": "1547",
    "carried": "18t",
    "leaked": "约5吨",
    "dead": "0",
    "injured": "1",
    "poisoned": "0",
    "casualty_cause": "accident",
}
NOTHING_KNOWN: dict[str, object] = {"learned_at": LEARNED.isoformat()}


def sheet(form: dict[str, Any] | None = None, *, now: datetime = NOW, **more: object) -> CallSheet:
    """The sheet that *form* (default: the tanker) makes, with *more* typed over it."""
    return CallSheet.from_form({**(TANKER if form is None else form), **more}, now=now)[0]
