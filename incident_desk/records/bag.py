"""A BagIt package (RFC 8493) written as a stream: constant memory, all or nothing, the same input the same bytes.

The package is written beside its final place, flushed to the disk and renamed; whoever finds it finds it whole.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

import bagit

from incident_desk.domain.errors import N_, DomainError
from incident_desk.records.durable import flush_folder
from incident_desk.records.verifier import BAG_INFO, BAGIT_TXT, BLOCK, MANIFEST, TAG_MANIFEST

ZIP_TIME = (1980, 1, 1, 0, 0, 0)

Content = bytes | Path | BinaryIO | Iterable[bytes]


class PackageExists(DomainError):
    """A package of this name stands there already and is not overwritten."""

    code = "package_exists"
    status = 409
    message_id = N_("There is already a package %(name)s in this folder. Choose another folder or move it away.")


class PackageBusy(DomainError):
    """Somebody else is writing this package now."""

    code = "package_busy"
    status = 409
    message_id = N_("The package %(name)s is being written at this moment. Wait until it is finished.")


class BagNotValid(DomainError):
    """The bagit library does not accept what was written."""

    code = "bag_not_valid"
    status = 500
    message_id = N_("The written package is not valid: %(why)s")


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """One file of the package as it was written."""

    path: str
    size: int
    sha256: str


class BagWriter:
    """Writes one package; use it as a context manager and call ``close`` at the end, or nothing is left behind.

    Not for several threads.
    """

    def __init__(self, folder: Path, name: str, info: Mapping[str, str]) -> None:
        self.final = folder / name
        self.info = dict(info)
        self.files: dict[str, WrittenFile] = {}
        folder.mkdir(parents=True, exist_ok=True)
        if self.final.exists():
            raise PackageExists(name=name)
        self._lock_path = folder / f".{name}.lock"
        self._lock = self._lock_path.open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as held:
            self._lock.close()
            raise PackageBusy(name=name) from held
        for left in folder.glob(f".{name}.part-*"):  # of a run that was killed: the lock says nobody writes it
            shutil.rmtree(left)
        self.root = Path(tempfile.mkdtemp(prefix=f".{name}.part-", dir=folder))

    def __enter__(self) -> BagWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.root.exists():
            shutil.rmtree(self.root)
        self._lock_path.unlink(missing_ok=True)
        self._lock.close()

    def add(self, path: str, content: Content) -> WrittenFile:
        """Write one file at *path* below the package's root; below ``data/`` it is payload, else a tag file.

        Raises:
            ValueError: the path was used, or leads elsewhere.
        """
        parts = path.split("/")
        if path in self.files or any(part in ("", ".", "..") for part in parts) or set(path) & set("\r\n\\\0%"):
            raise ValueError(f"{path} was used or is no path inside a package")
        target = self.root.joinpath(*parts)
        target.parent.mkdir(parents=True, exist_ok=True)
        running, size = hashlib.sha256(), 0
        with target.open("xb") as out:
            for block in _blocks(content):
                running.update(block)
                size += len(block)
                out.write(block)
            out.flush()
            os.fsync(out.fileno())
        written = WrittenFile(path, size, running.hexdigest())
        self.files[path] = written
        return written

    def payload(self) -> tuple[WrittenFile, ...]:
        """What stands below ``data/`` so far, by path."""
        return tuple(self.files[path] for path in sorted(self.files) if path.startswith("data/"))

    def close(self) -> str:
        """Write manifests, check the package with the bagit library, and put it in its place; its digest.

        Raises:
            BagNotValid: the library found something.
            PackageExists: one was put there meanwhile.
        """
        payload = self.payload()
        oxum = f"{sum(file.size for file in payload)}.{len(payload)}"
        lines = [f"{key}: {' '.join(value.split())}\n" for key, value in (self.info | {"Payload-Oxum": oxum}).items()]
        self.add("bagit.txt", BAGIT_TXT)
        self.add(BAG_INFO, "".join(lines).encode())
        self.add(MANIFEST, _listing(payload))
        tags = [self.files[path] for path in sorted(self.files) if not path.startswith("data/")]
        digest = self.add(TAG_MANIFEST, _listing(tags)).sha256
        validate(self.root)
        for folder in [self.root, *(path for path in self.root.rglob("*") if path.is_dir())]:
            folder.chmod(0o755)
            flush_folder(folder)
        if self.final.exists():
            raise PackageExists(name=self.final.name)
        self.root.rename(self.final)
        flush_folder(self.final.parent)
        return digest


def _listing(files: Iterable[WrittenFile]) -> bytes:
    return "".join(f"{file.sha256}  {file.path}\n" for file in files).encode()


def _blocks(content: Content) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield content
    elif isinstance(content, Path):
        with content.open("rb") as file:
            yield from _blocks(file)
    elif hasattr(content, "read"):
        while block := content.read(BLOCK):
            yield block
    else:
        yield from content


def validate(folder: Path) -> None:
    """Have the bagit library check *folder* from the outside.

    Raises:
        BagNotValid: what the library says.
    """
    try:
        bagit.Bag(str(folder)).validate()
    except bagit.BagError as error:
        raise BagNotValid(why=str(error)) from error


def zip_bag(folder: Path, target: Path) -> str:
    """*folder* as one zip at *target* with its ``.sha256`` beside it; the zip's SHA-256.

    Stored, not compressed: photographs do not shrink, and the same package gives the same bytes.

    Raises:
        PackageExists: *target* stands there already.
    """
    if target.exists():
        raise PackageExists(name=target.name)
    part = target.with_name(f".{target.name}.part")
    with zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as out:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            info = zipfile.ZipInfo(f"{folder.name}/{path.relative_to(folder).as_posix()}", ZIP_TIME)
            info.external_attr, info.create_system, info.file_size = 0o644 << 16, 3, path.stat().st_size
            with path.open("rb") as source, out.open(info, "w") as member:
                shutil.copyfileobj(source, member, BLOCK)
    with part.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        os.fsync(file.fileno())
    target.with_name(f"{target.name}.sha256").write_bytes(f"{digest}  {target.name}\n".encode())
    part.rename(target)
    flush_folder(target.parent)
    return digest
