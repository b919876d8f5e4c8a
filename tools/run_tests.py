"""Run the tests, and say aloud which were left out because this machine lacks something.

Chromium, CJK fonts and a database server are not everywhere; a test that needs one is skipped with its reason.
"""

from __future__ import annotations

import os
import subprocess
import sys


def main() -> int:
    """Run pytest: everything that is quick side by side, then what starts whole desks, one after another."""
    workers = str(max(2, min(4, os.cpu_count() or 2)))
    common = [sys.executable, "-m", "pytest"]
    side_by_side = subprocess.call([*common, "-n", workers, "--dist", "loadfile", "-m", "not alone", *sys.argv[1:]])
    if side_by_side not in {0, 5}:
        return side_by_side
    one_by_one = subprocess.call([*common, "-m", "alone", *sys.argv[1:]])
    return 0 if one_by_one in {0, 5} else one_by_one


if __name__ == "__main__":
    raise SystemExit(main())
