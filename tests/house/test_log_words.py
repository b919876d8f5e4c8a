"""Every kind of journal entry that a service writes has its sentence for the duty log."""

from __future__ import annotations

import re
from pathlib import Path

from incident_desk.paths import PACKAGE_DIR
from incident_desk.routes.cases.log_words import SENTENCES

WRITTEN = re.compile(r"""\.journal\(\s*\w+,\s*"([a-z_]+\.[a-z_]+)\"""")


def test_every_journal_kind_has_a_sentence() -> None:
    kinds = {
        kind
        for path in Path(PACKAGE_DIR / "services").rglob("*.py")
        for kind in WRITTEN.findall(path.read_text("utf-8"))
    }
    assert len(kinds) > 20
    assert kinds - set(SENTENCES) == set()
