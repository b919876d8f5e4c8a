"""The file for a neighbour's desk: read only when it is exactly what a desk packs, signed for and whole."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import struct
import warnings
import zipfile
from collections.abc import Callable, Mapping

import pytest

from incident_desk.domain.neighbours.refusals import NoticeFileRefused, NoticeFileTooLarge
from incident_desk.records.notice_packet import (
    ALERT,
    CLOCKS,
    LARGEST_FILE,
    LARGEST_PART,
    LETTER,
    MANIFEST,
    NOTICE,
    SIGNATURE,
    fingerprint,
    packet_zip,
    public_of,
    read_packet,
)

KEY, OTHER_KEY = b"\x01" * 32, b"\x02" * 32
PARTS = {NOTICE: b"{}", ALERT: b"<alert/>", CLOCKS: b"[]", LETTER: b"letter"}


def files_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def packed(files: Mapping[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", how) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return out.getvalue()


def test_what_was_packed_is_read_with_the_key_that_signed() -> None:
    content = packet_zip(PARTS, KEY)
    found = read_packet(content)
    assert dict(found.parts) == PARTS
    assert found.sha256 == hashlib.sha256(content).hexdigest()
    assert found.key == fingerprint(public_of(KEY))
    assert packet_zip(PARTS, KEY) == content


def test_a_fingerprint_can_be_read_out() -> None:
    assert [len(group) for group in fingerprint(public_of(KEY)).split(" ")] == [4, 4, 4, 4]
    assert fingerprint(public_of(KEY)) != fingerprint(public_of(OTHER_KEY))


def test_a_part_too_many_or_too_few_is_not_packed() -> None:
    with pytest.raises(ValueError, match="holds"):
        packet_zip({**PARTS, "more.txt": b""}, KEY)
    with pytest.raises(ValueError, match="holds"):
        packet_zip({NOTICE: b"{}"}, KEY)


def test_a_manifest_made_to_fit_a_changed_part_needs_the_key() -> None:
    files = files_of(packet_zip(PARTS, KEY))
    forged = files_of(packet_zip({**PARTS, LETTER: b"another letter"}, OTHER_KEY))
    with pytest.raises(NoticeFileRefused):
        read_packet(packed({**forged, SIGNATURE: files[SIGNATURE]}))


def test_a_signature_of_another_key_under_the_senders_name_does_not_hold() -> None:
    files, other = files_of(packet_zip(PARTS, KEY)), files_of(packet_zip(PARTS, OTHER_KEY))
    said = json.loads(files[SIGNATURE])
    said["signature"] = json.loads(other[SIGNATURE])["signature"]
    with pytest.raises(NoticeFileRefused):
        read_packet(packed({**files, SIGNATURE: json.dumps(said).encode()}))


def spoil_signature(**changes: object) -> Callable[[dict[str, bytes]], dict[str, bytes]]:
    def spoil(files: dict[str, bytes]) -> dict[str, bytes]:
        said = {**json.loads(files[SIGNATURE]), **changes}
        return {**files, SIGNATURE: json.dumps(said).encode()}

    return spoil


@pytest.mark.parametrize(
    "spoil",
    [
        lambda files: {**files, LETTER: b"letter "},
        lambda files: {name: content for name, content in files.items() if name != SIGNATURE},
        lambda files: {name: content for name, content in files.items() if name != ALERT},
        lambda files: {**files, "more.txt": b""},
        lambda files: {**files, "../notice.json": b""},
        lambda files: {**files, "/etc/passwd": b""},
        lambda files: {**files, "folder/": b""},
        lambda files: {**files, MANIFEST: b"[]"},
        lambda files: {**files, SIGNATURE: b"not json"},
        spoil_signature(algorithm="none"),
        spoil_signature(public_key="x"),
        spoil_signature(public_key=base64.b64encode(b"short").decode()),
        spoil_signature(public_key=5),
        spoil_signature(more="x"),
    ],
)
def test_what_no_desk_packs_is_refused(spoil: Callable[[dict[str, bytes]], dict[str, bytes]]) -> None:
    with pytest.raises(NoticeFileRefused):
        read_packet(packed(spoil(files_of(packet_zip(PARTS, KEY)))))


def test_a_name_that_stands_twice_is_refused() -> None:
    out = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with zipfile.ZipFile(out, "w") as made:
            for name, content in [*files_of(packet_zip(PARTS, KEY)).items(), (LETTER, b"x")]:
                made.writestr(name, content)
    with pytest.raises(NoticeFileRefused):
        read_packet(out.getvalue())


def test_a_bomb_is_not_unpacked() -> None:
    files = files_of(packet_zip({**PARTS, LETTER: b"\x00" * (LARGEST_PART + 1)}, KEY))
    content = packed(files)
    assert len(content) < 100_000
    with pytest.raises(NoticeFileRefused):
        read_packet(content)


def test_a_bomb_that_lies_about_its_size_is_not_unpacked() -> None:
    size = LARGEST_PART + 1
    content = packed(files_of(packet_zip({**PARTS, LETTER: b"\x00" * size}, KEY)))
    with pytest.raises(NoticeFileRefused):
        read_packet(content.replace(struct.pack("<L", size), struct.pack("<L", 10)))


@pytest.mark.parametrize("how", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_another_way_of_packing_is_not_read(how: int) -> None:
    with pytest.raises(NoticeFileRefused):
        read_packet(packed(files_of(packet_zip(PARTS, KEY)), how))


def test_an_encrypted_part_is_not_read() -> None:
    content = bytearray(packet_zip(PARTS, KEY))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = content.find(mark)
        content[place + offset] |= 0x1
    with pytest.raises(NoticeFileRefused):
        read_packet(bytes(content))


def test_a_file_cut_off_or_flipped_anywhere_is_refused() -> None:
    content = packet_zip(PARTS, KEY)
    for end in range(0, len(content), 37):
        with pytest.raises(NoticeFileRefused):
            read_packet(content[:end])
    for place in range(0, len(content), 11):
        flipped = bytearray(content)
        flipped[place] ^= 0xFF
        try:
            found = read_packet(bytes(flipped))
        except NoticeFileRefused:
            continue
        assert dict(found.parts) == PARTS, "what is accepted is what was signed"


def test_more_bytes_than_any_notice_has_are_not_looked_at() -> None:
    with pytest.raises(NoticeFileTooLarge):
        read_packet(b"x" * (LARGEST_FILE + 1))
