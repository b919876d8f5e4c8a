"""Logs are JSON lines without telephone numbers."""

from __future__ import annotations

import json
import logging
import sys

import pytest

from incident_desk.logs import JsonLines, mask_numbers


@pytest.mark.parametrize(
    "text", ["call +86 100 0000 0001 now", "1000000-0001", "tel:+8610000000001", "rang 10000000001."]
)
def test_a_telephone_number_is_masked(text: str) -> None:
    masked = mask_numbers(text)
    assert "0000000" not in masked.replace(" ", "").replace("-", "")
    assert "***01" in masked


@pytest.mark.parametrize("text", ["case X420300-2026-0001", "18.25 t", "2026-11-21", "port 8080", "seq 123456"])
def test_other_numbers_stay(text: str) -> None:
    assert mask_numbers(text) == text


def test_a_line_is_json_with_its_fields_masked() -> None:
    record = logging.LogRecord("desk", logging.INFO, __file__, 1, "sent to %s", ("+8610000000001",), None)
    record.message_id = 7
    record.to = "+8610000000002"
    line = json.loads(JsonLines().format(record))
    assert line["message"] == "sent to ***01"
    assert line["message_id"] == 7
    assert line["to"] == "***02"


def test_a_trace_is_masked_too() -> None:
    try:
        raise ValueError("number +8610000000003 is engaged")
    except ValueError:
        record = logging.LogRecord("desk", logging.ERROR, __file__, 1, "failed", (), sys.exc_info())
    assert "10000000003" not in JsonLines().format(record)
