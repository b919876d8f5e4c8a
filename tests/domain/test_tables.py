from __future__ import annotations

from pathlib import Path

import pytest

from incident_desk.domain.tables import read_table


def some_table(folder: Path, text: str) -> Path:
    path = folder / "table.csv"
    path.write_text(text, encoding="utf-8-sig")
    return path


def test_rows_come_as_they_stand_and_what_a_short_row_lacks_is_empty(tmp_path: Path) -> None:
    path = some_table(tmp_path, "code,name\nA,甲 \nB\n")
    assert read_table(path, ("code", "name")) == [{"code": "A", "name": "甲 "}, {"code": "B", "name": ""}]


@pytest.mark.parametrize("heading", ["code", "code,name,more", "name,code", ""])
def test_other_columns_are_refused_and_the_table_is_named(tmp_path: Path, heading: str) -> None:
    with pytest.raises(ValueError, match=r"table\.csv: the columns must be code, name"):
        read_table(some_table(tmp_path, f"{heading}\n"), ("code", "name"))
