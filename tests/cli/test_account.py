"""``account add`` on an installation that has nothing yet but its schema."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from tests.cli.test_demo import run


def _add(home: Path, office: str) -> tuple[int, str]:
    made = run(
        home, "account", "add", "first", "--role", "administrator", "--office", office, "--password", "long enough 1"
    )
    return made.returncode, made.stderr


def test_the_first_account_can_be_made_right_after_db_upgrade(tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert run(home, "db", "upgrade").returncode == 0
    assert _add(home, "420300") == (0, "")
    with sqlite3.connect(home / "desk.sqlite3") as store:
        names = dict(store.execute("SELECT code, name_zh FROM office").fetchall())
        parents = dict(store.execute("SELECT code, parent_code FROM office").fetchall())
    assert names["420300"] == "十堰市生态环境局"
    assert parents["420323"] == "420300"


def test_an_office_that_is_in_no_table_is_refused_in_one_line(tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert run(home, "db", "upgrade").returncode == 0
    code, words = _add(home, "429999")
    assert (code, words.count("\n")) == (2, 1)
    assert "429999" in words
