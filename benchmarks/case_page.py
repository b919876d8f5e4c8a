"""The page of a filled case, asked over loopback: within 150 ms. ``python benchmarks/case_page.py [TIMES]``."""

from __future__ import annotations

import sys
import time
from statistics import median

import requests
from _installation import Installation, claim, exercise, percentile, program

WARM_UP = 10
LOG_LINES = 60


def fill(desk: Installation, session: requests.Session) -> str:
    """What a first hour leaves: the exercise's case, a judgement, a call-out, many lines of log."""
    case_no: str = session.get(f"{desk.url}/api/v1/incidents", timeout=60).json()[0]["case_no"]
    base = f"{desk.url}/api/v1/incidents/{case_no}"
    judged = session.put(
        f"{base}/grade", json={"grade": "III", "basis": "现场核实"}, headers={"If-Match": "*"}, timeout=60
    )
    judged.raise_for_status()
    proposed = session.get(f"{base}/callouts/proposal", timeout=60).json()
    experts = [one["expert"] for one in proposed["choices"]]
    session.post(f"{base}/callouts", json={"experts": experts}, timeout=60).raise_for_status()
    for number in range(LOG_LINES):
        form = {"case_no": case_no, "text": f"第{number}条值班记录：下游取水口已电话通知"}
        session.post(f"{desk.url}/board/log", data=form, timeout=60, allow_redirects=False).raise_for_status()
    return case_no


def main(times: int) -> None:
    """Median and p95 of *times* requests of the case page, the board and the clocks, after a warm-up."""
    with exercise() as desk, desk.web():
        session = program(desk)
        case_no = fill(desk, session)
        for name, path in (("case_page", f"/incidents/{case_no}"), ("board_page", "/")):
            took = []
            for number in range(WARM_UP + times):
                began = time.perf_counter()
                session.get(desk.url + path, timeout=60).raise_for_status()
                if number >= WARM_UP:
                    took.append((time.perf_counter() - began) * 1000)
            claim(f"{name}_median", median(took), "ms", times)
            claim(f"{name}_p95", percentile(took, 0.95), "ms", times)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 60)
