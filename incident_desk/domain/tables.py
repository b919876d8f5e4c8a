"""Tables that ship as CSV, read as they stand."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path


def read_table(path: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    """The rows of the table at *path*; a cell that a short row lacks is empty.

    Raises:
        ValueError: other columns than *columns*, or another order.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, restval="")
        if tuple(reader.fieldnames or ()) != tuple(columns):
            raise ValueError(f"{path.name}: the columns must be {', '.join(columns)}")
        return list(reader)
