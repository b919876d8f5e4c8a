from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from incident_desk.cli import main

FACTS: dict[str, Any] = {
    "office": "420300",
    "learned_at": "2026-03-02T02:25:00+08:00",
    "occurred_at": "2026-03-02T02:10:00+08:00",
    "triggers": ["T1", "T4"],
    "now": "2026-03-02T03:00:00+08:00",
    "events": [],
}


def run(document: object, *options: str) -> Result:
    text = document if isinstance(document, (str, bytes)) else json.dumps(document)
    return CliRunner().invoke(main, ["clocks", "--facts", "-", *options], input=text)


def test_one_json_document_and_nothing_else_is_printed() -> None:
    result = run(FACTS, "--json")
    assert result.exit_code == 0
    clocks = {clock["rule_id"]: clock for clock in json.loads(result.stdout)["clocks"]}
    assert clocks["R2"]["due_at"] == "2026-03-02T04:25:00+08:00"
    assert clocks["R2"]["seconds_left"] == 5100
    assert result.stderr == ""


def test_the_facts_may_stand_in_a_file_with_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "facts.json"
    path.write_text(json.dumps(FACTS), encoding="utf-8-sig")
    result = CliRunner().invoke(main, ["clocks", "--facts", str(path), "--json"])
    assert result.exit_code == 0


def test_a_person_reads_who_still_lacks_the_report() -> None:
    result = run(FACTS)
    assert "R2  计时中 剩余 1小时25分" in result.stdout
    assert "尚缺 十堰市人民政府、湖北省生态环境厅、生态环境部" in result.stdout


@pytest.mark.parametrize(
    "document",
    [
        {**FACTS, "office": "999999"},
        {**FACTS, "learned_at": "2026-03-02T02:25:00"},
        {**FACTS, "occurred_at": "2026-03-02T02:26:00+08:00"},
        {**FACTS, "colour": "red"},
        {**FACTS, "now": 7},
        {**FACTS, "events": [{"kind": "waived", "at": "2026-03-02T02:30:00+08:00", "rule_id": "R2"}]},
        {**FACTS, "events": [{"kind": "exploded", "at": "2026-03-02T02:30:00+08:00"}]},
        {**FACTS, "learned_at": "2005-03-02T02:25:00+08:00", "occurred_at": None},
        [],
        "{",
        "",
        '{"office": "420300", "office": "420303"}',
        b"\xff\xfe",
    ],
)
def test_bad_input_is_one_line_on_standard_error_and_exit_code_two(document: object) -> None:
    result = run(document, "--json")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith("incident-desk: ")
    assert len(result.stderr.strip().splitlines()) == 1


def test_a_missing_file_is_bad_input() -> None:
    result = CliRunner().invoke(main, ["clocks", "--facts", "nowhere.json"])
    assert result.exit_code == 2
    assert result.stderr.strip() == "incident-desk: nowhere.json cannot be read: No such file or directory"


def test_the_command_loads_neither_database_nor_web_nor_river(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from click.testing import CliRunner\n"
        "from incident_desk.cli import main\n"
        f"result = CliRunner().invoke(main, ['clocks', '--facts', '-', '--json'], input={json.dumps(FACTS)!r})\n"
        "assert result.exit_code == 0, result.stderr\n"
        "heavy = {'flask', 'sqlalchemy', 'numpy', 'shapely', 'geopandas', 'twilio', 'folium', 'typst', 'docx'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={"DATABASE_URL": "postgresql://nowhere/x", "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == "[]", done.stderr
