from __future__ import annotations

import json
import shutil
from pathlib import Path

from click.testing import CliRunner, Result

from incident_desk import paths
from incident_desk.cli import main


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["rules", *arguments])


def test_the_shipped_tables_are_sound() -> None:
    result = run("check", "--json")
    answer = json.loads(result.stdout)
    assert (result.exit_code, answer["ok"], answer["faults"]) == (0, True, [])
    assert answer["checked"]["deadlines"] == 30


def test_a_broken_table_exits_one_with_the_document_still_printed(tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    shutil.copytree(paths.rules_dir(), folder)
    table = folder / "reporting.toml"
    table.write_text(table.read_text(encoding="utf-8").replace("article ", "artikel ", 1), encoding="utf-8")
    result = run("check", "--json", "--rules-dir", str(folder))
    answer = json.loads(result.stdout)
    assert (result.exit_code, answer["ok"]) == (1, False)
    assert answer["faults"] == [{"where": "reporting.toml, R1", "what": "unknown key artikel"}]
    spoken = run("check", "--rules-dir", str(folder))
    assert (spoken.exit_code, len(spoken.stderr.strip().splitlines())) == (1, 1)


def test_the_sheet_names_every_rule_with_article_and_says_that_nobody_reviewed_it() -> None:
    result = run("sheet")
    assert result.exit_code == 0
    assert "突发环境事件信息报告办法（令17号）第三条、第四条；2011-05-01起施行；未经律师审核" in result.stdout
    sheet = json.loads(run("sheet", "--json").stdout)
    assert all(rule["article"] for rule in (*sheet["deadlines"], *sheet["triggers"], *sheet["criteria"]))


def test_a_changed_table_shows_what_it_would_change(tmp_path: Path) -> None:
    table = tmp_path / "reporting.toml"
    text = (paths.rules_dir() / "reporting.toml").read_text(encoding="utf-8")
    table.write_text(text.replace("within_minutes = 240", "within_minutes = 180", 1), encoding="utf-8")
    result = run("diff", str(table))
    assert result.stdout.strip() == "~ R1 (2011-05-01) within_minutes: 240 → 180"


def test_a_table_that_cannot_be_read_is_bad_input(tmp_path: Path) -> None:
    assert run("diff", str(tmp_path / "none.toml")).exit_code == 2
