from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result

from incident_desk.cli import main


def run(document: object, *options: str) -> Result:
    text = document if isinstance(document, str) else json.dumps(document)
    return CliRunner().invoke(main, ["grade", "--facts", "-", *options], input=text)


def test_the_example_of_the_contract_is_grade_three_for_two_reasons() -> None:
    result = run({"deaths": 0, "evacuated": 5200, "conditions": ["CROSS_PREFECTURE"]}, "--json")
    answer = json.loads(result.stdout)
    assert set(answer) == {"grade", "criteria", "possible", "missing"}
    assert answer["grade"] == "III"
    third = [row for row in answer["criteria"] if row["grade"] == "III"]
    assert [row.get("metric") or row.get("condition") for row in third] == ["evacuated", "CROSS_PREFECTURE"]
    assert answer["missing"] == ["poisoned_or_seriously_injured", "direct_economic_loss"]


def test_nothing_known_is_null() -> None:
    assert json.loads(run({}, "--json").stdout)["grade"] is None


def test_a_person_reads_undetermined_at_least_four() -> None:
    assert run({}).stdout.startswith("级别未判明，至少一般（IV级）")


@pytest.mark.parametrize(
    "document",
    [{"deaths": -1}, {"dead": 1}, {"conditions": ["X"]}, [], "{", '{"deaths": NaN}', '{"deaths": 1e999}', "null"],
)
def test_bad_input_is_one_line_on_standard_error_and_exit_code_two(document: object) -> None:
    result = run(document, "--json")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert len(result.stderr.strip().splitlines()) == 1
