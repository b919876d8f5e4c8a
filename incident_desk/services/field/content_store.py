"""Files kept by their content: a stream becomes a whole, fsynced file named by its SHA-256, or nothing.

The order is what makes "received" true: write, hash, fsync, rename, fsync the folder; only then is the row
written, and only after its commit does anybody say so. A file without a row is harmless and found again by name.
"""

from __future__ import annotations

import hashlib
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from flask import current_app

from incident_desk.domain.errors import N_, DomainError
from incident_desk.records.durable import flush_folder
from incident_desk.settings import Settings

CHUNK = 1 << 20
STALE_S = 86_400.0


class TooLarge(DomainError):
    """More bytes than are taken."""

    code = "too_large"
    status = 413
    message_id = N_("The file is larger than %(megabytes)s MB. Send a smaller one, or hand it over on a stick.")


class NotWhole(DomainError):
    """The bytes that arrived are not the bytes that were sent."""

    code = "not_whole"
    status = 409
    message_id = N_("The file did not arrive whole. It is still on the phone and is sent again.")


class EmptyFile(DomainError):
    """Nothing arrived."""

    code = "empty_file"
    message_id = N_("The file is empty. Choose it again.")


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file that has arrived but is not kept yet."""

    path: Path
    sha256: str
    size_bytes: int


class ContentStore:
    """A folder of originals by SHA-256."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.incoming = root / "incoming"

    @contextmanager
    def receive(self, stream: IO[bytes], *, limit_bytes: int, expected_sha256: str = "") -> Iterator[Incoming]:
        """Write *stream* to disk while hashing it; what is not kept inside the block is removed at its end.

        Raises:
            TooLarge: more than *limit_bytes*; the rest is not read.
            NotWhole: another digest than the sender's.
            EmptyFile: no byte.
        """
        self.incoming.mkdir(parents=True, exist_ok=True)
        part = self.incoming / f"{uuid.uuid4().hex}.part"
        try:
            digest, size = _write(stream, part, limit_bytes)
            if size == 0:
                raise EmptyFile(field="file")
            if expected_sha256 and expected_sha256.lower() != digest:
                raise NotWhole(field="file")
            yield Incoming(part, digest, size)
        finally:
            part.unlink(missing_ok=True)

    def keep(self, incoming: Incoming) -> Path:
        """Give the file its name for good; one that is there already is the same one."""
        target = self.path(incoming.sha256)
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists():
            incoming.path.rename(target)
        flush_folder(target.parent)
        flush_folder(target.parent.parent)
        return target

    def keep_bytes(self, content: bytes) -> str:
        """Keep *content* that the desk made itself; gives back its SHA-256."""
        digest = hashlib.sha256(content).hexdigest()
        target = self.path(digest)
        if target.exists():
            return digest
        with self._written(content) as part:
            self.keep(Incoming(part, digest, len(content)))
        return digest

    def keep_derived(self, name: str, content: bytes) -> None:
        """Keep what can be made again under *name*, whole at once, whoever else makes the same at this moment."""
        target = self.root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        with self._written(content) as part:
            part.replace(target)

    @contextmanager
    def _written(self, content: bytes) -> Iterator[Path]:
        """*content* on disk under a name nobody else has; what is not kept inside the block is removed at its end."""
        self.incoming.mkdir(parents=True, exist_ok=True)
        part = self.incoming / f"{uuid.uuid4().hex}.part"
        try:
            with part.open("xb") as out:
                out.write(content)
                out.flush()
                os.fsync(out.fileno())
            yield part
        finally:
            part.unlink(missing_ok=True)

    def path(self, sha256: str) -> Path:
        """Where the file with this digest lies or would lie."""
        if len(sha256) != 64 or set(sha256) - set("0123456789abcdef"):
            raise ValueError("not a SHA-256")
        return self.root / sha256[:2] / sha256[2:4] / sha256

    def sweep(self, now_s: float) -> int:
        """Remove what arrived in part and was left for a day; says how many."""
        stale = [path for path in self.incoming.glob("*.part") if now_s - path.stat().st_mtime > STALE_S]
        for path in stale:
            path.unlink(missing_ok=True)
        return len(stale)


def _write(stream: IO[bytes], part: Path, limit_bytes: int) -> tuple[str, int]:
    digest = hashlib.sha256()
    size = 0
    with part.open("xb") as out:
        while chunk := stream.read(CHUNK):
            size += len(chunk)
            if size > limit_bytes:
                raise TooLarge(field="file", megabytes=limit_bytes // 1_000_000)
            digest.update(chunk)
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    return digest.hexdigest(), size


def evidence_store() -> ContentStore:
    """The store of this installation's originals."""
    settings: Settings = current_app.extensions["settings"]
    return ContentStore(settings.evidence_dir)


def preview_store() -> ContentStore:
    """The store of derived pictures; it can be emptied at any time."""
    settings: Settings = current_app.extensions["settings"]
    return ContentStore(settings.home / "previews")
