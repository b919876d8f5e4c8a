"""Exports that were cut off when the package had its name and its record was not written yet.

A package in a folder of its own was handed over: it is put on record afterwards, if it proves itself and tells of our
journal. One that only waited to be offered on the page was never seen by anybody, and is removed.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Collection
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from incident_desk.models import ArchivePackage, JournalEntry
from incident_desk.records import verifier
from incident_desk.records.package import WrittenPackage


def left_in(folder: Path, case_no: str, session: Session) -> tuple[WrittenPackage, int] | None:
    """The package of *case_no* in *folder* that lacks its record, and the journal's number up to which it tells.

    None where what stands there is on record, is damaged, or is none of this desk's.
    """
    path = folder / case_no
    manifest = path / verifier.TAG_MANIFEST
    if not manifest.is_file():
        return None
    digest = hashlib.sha256(manifest.read_bytes()).hexdigest()
    if digest in recorded(session):
        return None
    result = verifier.verify(path, expected_digest=digest)
    if not result.ok or result.checked.get("case_no") != case_no:
        return None
    head = json.loads((path / verifier.CASE).read_bytes())["journal_head"]
    ours = session.scalar(select(JournalEntry.hash).where(JournalEntry.seq == head["seq"]))
    if ours != head["hash"]:
        return None
    payload = [one.stat().st_size for one in (path / "data").rglob("*") if one.is_file()]
    return WrittenPackage(path, digest, len(payload), sum(payload), frozenset()), head["seq"]


def remove_unseen(folder: Path, case_no: str, session: Session) -> int:
    """Remove zips of *case_no* in the desk's own *folder* that have no record; says how many. One export at a time."""
    unseen = [path.parent for path in folder.glob(f"*/{case_no}.zip") if path.parent.name not in recorded(session)]
    for path in unseen:
        shutil.rmtree(path)
    return len(unseen)


def recorded(session: Session) -> Collection[str]:
    """The digests of every package on record."""
    return set(session.scalars(select(ArchivePackage.digest)))
