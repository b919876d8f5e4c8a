"""Originals are whole on disk before anybody says "received", named by their content and never rewritten."""

from __future__ import annotations

import hashlib
import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from incident_desk.services.field.content_store import ContentStore, EmptyFile, NotWhole, TooLarge

CONTENT = b"photograph" * 200_000
DIGEST = hashlib.sha256(CONTENT).hexdigest()


def _keep(store: ContentStore, content: bytes = CONTENT, **expected: str) -> Path:
    with store.receive(io.BytesIO(content), limit_bytes=10_000_000, **expected) as incoming:
        return store.keep(incoming)


def test_a_file_is_found_under_its_digest(tmp_path: Path) -> None:
    store = ContentStore(tmp_path)
    path = _keep(store)
    assert path == store.path(DIGEST)
    assert path.read_bytes() == CONTENT


def test_the_same_file_twice_is_one_file_and_is_not_rewritten(tmp_path: Path) -> None:
    store = ContentStore(tmp_path)
    before = _keep(store).stat()
    after = _keep(store).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_nothing_stays_behind_of_what_was_not_kept(tmp_path: Path) -> None:
    store = ContentStore(tmp_path)
    with store.receive(io.BytesIO(CONTENT), limit_bytes=10_000_000):
        pass
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_file_over_the_limit_is_not_read_to_its_end(tmp_path: Path) -> None:
    class Endless(io.RawIOBase):
        given = 0

        def read(self, size: int = -1) -> bytes:
            self.given += size
            return b"x" * size

    stream = Endless()
    with pytest.raises(TooLarge), ContentStore(tmp_path).receive(stream, limit_bytes=5_000_000):  # type: ignore[arg-type]
        pass
    assert stream.given < 8_000_000
    assert list((tmp_path / "incoming").iterdir()) == []


def test_another_digest_than_the_senders_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotWhole):
        _keep(ContentStore(tmp_path), CONTENT[:-1], expected_sha256=DIGEST)


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EmptyFile):
        _keep(ContentStore(tmp_path), b"")


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "a" * 63, "A" * 64])
def test_only_a_digest_is_a_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        ContentStore(tmp_path).path(name)


def test_what_was_left_in_part_is_swept_after_a_day_and_not_before(tmp_path: Path) -> None:
    store = ContentStore(tmp_path)
    store.incoming.mkdir(parents=True)
    part = store.incoming / "left.part"
    part.write_bytes(b"half")
    now = part.stat().st_mtime
    assert store.sweep(now + 3_600) == 0
    assert store.sweep(now + 90_000) == 1
    assert not part.exists()


def test_a_process_killed_while_writing_leaves_no_file_under_a_digest(tmp_path: Path) -> None:
    code = (
        "import io, sys, time\n"
        "from pathlib import Path\n"
        "from incident_desk.services.field.content_store import ContentStore\n"
        "class Slow(io.RawIOBase):\n"
        "    def read(self, size=-1):\n"
        "        time.sleep(0.02)\n"
        "        return b'x' * 1000\n"
        "with ContentStore(Path(sys.argv[1])).receive(Slow(), limit_bytes=10**9) as incoming:\n"
        "    pass\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)])
    deadline = time.monotonic() + 30
    while not list(tmp_path.glob("incoming/*.part")) and time.monotonic() < deadline:
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait(timeout=10)
    left = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [path.parent.name for path in left] == ["incoming"]
