"""From the web process's start to the first whole page: 3 s at most. ``python benchmarks/start_up.py [TIMES]``."""

from __future__ import annotations

import sys
from statistics import median

from _installation import claim, exercise


def main(times: int) -> None:
    """Start it *times* times on a desk with the exercise loaded."""
    with exercise() as desk:
        seconds = []
        for _ in range(times):
            with desk.web("/sign-in") as took:
                seconds.append(took)
    claim("start_to_first_page_median", median(seconds), "s", times)
    claim("start_to_first_page_worst", max(seconds), "s", times)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
