"""The file for a neighbour's desk: one zip of known names, a manifest with SHA-256, and a signature over it.

The signature (Ed25519, RFC 8032) says that whoever holds the sending desk's key made the manifest, and the manifest
that no part was changed since. It does not say whose key that is: the receiving desk shows the key's fingerprint, two
people compare it by telephone once, and a desk that signs with another key later is named as such.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from incident_desk.domain.errors import N_
from incident_desk.domain.neighbours.exchange import read_object
from incident_desk.domain.neighbours.refusals import NoticeFileRefused, NoticeFileTooLarge

NOTICE, ALERT, TRACE, CLOCKS, LETTER = "notice.json", "alert.xml", "trace.geojson", "clocks.json", "letter.docx"
MANIFEST, SIGNATURE = "manifest.json", "signature.json"
NEEDED = frozenset({NOTICE, ALERT, CLOCKS, LETTER})
PARTS = NEEDED | {TRACE}
MANIFEST_FORMAT = "incident-desk-manifest/1"
ALGORITHM = "Ed25519"
LARGEST_FILE = 4_000_000
LARGEST_PART = 8_000_000
"""Bytes of one part unpacked: a trace of the whole Yangtze in Hubei has a tenth of it."""
ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_ENCRYPTED = 0x1
_BROKEN = (
    zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, EOFError, ValueError, OSError,
    zlib.error, struct.error,
)  # fmt: skip
"""What a zip that is none, or that ends too soon, raises."""


@dataclass(frozen=True, slots=True)
class Packet:
    """A file that was read: its parts, its own digest, and the fingerprint of the key that signed it."""

    parts: Mapping[str, bytes]
    sha256: str
    key: str


def packet_zip(parts: Mapping[str, bytes], key: bytes) -> bytes:
    """*parts*, signed with the private *key* (32 bytes), as a zip; the same arguments give the same bytes.

    Raises:
        ValueError: a part too many or too few.
    """
    if not NEEDED <= set(parts) <= PARTS:
        raise ValueError(f"a notice's file holds {', '.join(sorted(PARTS))}")
    private = Ed25519PrivateKey.from_private_bytes(key)
    files = {name: {"sha256": hashlib.sha256(parts[name]).hexdigest(), "bytes": len(parts[name])} for name in parts}
    manifest = _json({"format": MANIFEST_FORMAT, "files": files})
    public = private.public_key().public_bytes_raw()
    signature = _json(
        {
            "algorithm": ALGORITHM, "over": MANIFEST, "public_key": base64.b64encode(public).decode(),
            "signature": base64.b64encode(private.sign(manifest)).decode(),
        }
    )  # fmt: skip
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as packed:
        for name, content in {**parts, MANIFEST: manifest, SIGNATURE: signature}.items():
            info = zipfile.ZipInfo(name, ZIP_TIME)
            info.compress_type, info.external_attr, info.create_system = zipfile.ZIP_DEFLATED, 0o600 << 16, 3
            packed.writestr(info, content)
    return out.getvalue()


def read_packet(content: bytes) -> Packet:
    """The parts of a file, each whole and signed for.

    Raises:
        NoticeFileTooLarge: beyond ``LARGEST_FILE``.
        NoticeFileRefused: no zip of exactly the known names, a part that unpacks beyond ``LARGEST_PART``, a digest or
            a signature that does not hold.
    """
    if len(content) > LARGEST_FILE:
        raise NoticeFileTooLarge(field="file", megabytes=LARGEST_FILE // 1_000_000)
    files = _unpacked(content)
    key = _signed_by(files)
    manifest = read_object(files[MANIFEST])
    parts = {name: files[name] for name in files if name in PARTS}
    wanted = {name: {"sha256": hashlib.sha256(one).hexdigest(), "bytes": len(one)} for name, one in parts.items()}
    if manifest != {"format": MANIFEST_FORMAT, "files": wanted}:
        raise NoticeFileRefused(why=N_("a part of it is not the one that was signed for"))
    return Packet(parts, hashlib.sha256(content).hexdigest(), key)


def fingerprint(public: bytes) -> str:
    """Sixteen figures and letters in groups, to be compared by telephone: ``a1b2 c3d4 e5f6 0718``."""
    digest = hashlib.sha256(public).hexdigest()[:16]
    return " ".join(digest[place : place + 4] for place in range(0, 16, 4))


def public_of(key: bytes) -> bytes:
    """The public key, 32 bytes, of a private *key*."""
    return Ed25519PrivateKey.from_private_bytes(key).public_key().public_bytes_raw()


def new_key() -> bytes:
    """A private key, 32 bytes."""
    return Ed25519PrivateKey.generate().private_bytes_raw()


def _unpacked(content: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            infos = packed.infolist()
            names = [info.filename for info in infos]
            if len(set(names)) != len(names) or not NEEDED | {MANIFEST, SIGNATURE} <= set(names) <= PARTS | {
                MANIFEST, SIGNATURE,
            }:  # fmt: skip
                raise NoticeFileRefused(why=N_("it does not hold exactly the parts of a notice"))
            return {info.filename: _part(packed, info) for info in infos}
    except _BROKEN as error:
        raise NoticeFileRefused(why=N_("it is no zip that can be read")) from error


def _part(packed: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """One part, never more of it than ``LARGEST_PART``, whatever its head says of its size."""
    is_plain = info.compress_type in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED} and not info.flag_bits & _ENCRYPTED
    if not is_plain or info.file_size > LARGEST_PART:
        raise NoticeFileRefused(why=N_("a part of it is packed in a way that is not read here"))
    with packed.open(info) as stream:
        content = stream.read(LARGEST_PART + 1)
    if len(content) > LARGEST_PART or len(content) != info.file_size:
        raise NoticeFileRefused(why=N_("a part of it is packed in a way that is not read here"))
    return content


def _signed_by(files: Mapping[str, bytes]) -> str:
    said = read_object(files[SIGNATURE])
    try:
        public = base64.b64decode(said["public_key"], validate=True)
        signature = base64.b64decode(said["signature"], validate=True)
        if said["algorithm"] != ALGORITHM or set(said) != {"algorithm", "over", "public_key", "signature"}:
            raise ValueError(ALGORITHM)
        Ed25519PublicKey.from_public_bytes(public).verify(signature, files[MANIFEST])
    except (KeyError, TypeError, ValueError, InvalidSignature) as error:
        raise NoticeFileRefused(why=N_("its signature does not hold")) from error
    return fingerprint(public)


def _json(document: Mapping[str, object]) -> bytes:
    return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True).encode()
