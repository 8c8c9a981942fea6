"""What is taken, by its first bytes and never by its name. Pure."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum


class AttachmentKind(StrEnum):
    """A picture is always our own JPEG; a document is kept as it came."""

    PICTURE = "picture"
    DOCUMENT = "document"


class Format(StrEnum):
    """Formats that can be recognised."""

    JPEG = "jpeg"
    PNG = "png"
    WEBP = "webp"
    HEIF = "heif"
    PDF = "pdf"
    ZIP = "zip"
    """A Word or Excel file is a ZIP archive; what kind of one is seen from the names in it."""


LARGEST_BYTES = 10 * 1024 * 1024
MOST_OF_ONE_RECORD = 20
"""Attachments that one record may have."""
LONGEST_SIDE = 1600
"""Pixels of a picture's longer side: enough to see a room by."""
LONGEST_SIDE_OF_PAPER = 3000
"""The same for a photographed paper, which must stay legible."""
MOST_PIXELS = {
    Format.JPEG: 120_000_000,
    Format.HEIF: 52_000_000,
    Format.PNG: 52_000_000,
    Format.WEBP: 52_000_000,
}
"""How many pixels a picture may claim to have before it is decoded. A JPEG is decoded at an eighth of its size; of the
others every pixel is held, four bytes each."""
MOST_UNPACKED_BYTES = 100 * 1024 * 1024
MOST_PARTS = 2000
"""Unpacked size and number of the parts of a Word or Excel file."""

MIME_TYPES = {
    "jpg": "image/jpeg",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

_HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1")
_UNFIT = re.compile(r'[\\/:*?"<>|]')


def format_of(data: bytes) -> Format | None:
    """What a file is by its first bytes; None for what is not taken."""
    if data.startswith(b"\xff\xd8\xff"):
        return Format.JPEG
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return Format.PNG
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return Format.WEBP
    if data[4:8] == b"ftyp" and data[8:12] in _HEIF_BRANDS:
        return Format.HEIF
    if data.startswith(b"%PDF-"):
        return Format.PDF
    if data.startswith(b"PK\x03\x04"):
        return Format.ZIP
    return None


def clean_name(filename: str, extension: str) -> str:
    """A name to save a document under: without folders, controls and signs that a system refuses, at most 100 places,
    with the extension of what the file really is."""
    name = unicodedata.normalize("NFC", filename).replace("\\", "/").rpartition("/")[2]
    name = _UNFIT.sub("_", "".join(c for c in name if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Zl", "Zp")))
    stem = name.rpartition(".")[0] or name
    return f"{stem.strip(' .')[:100] or 'document'}.{extension}"
