"""Looking at a document from outside: is it whole, and is it what it seems?"""

from __future__ import annotations

import io
import zipfile

from portal.files.rules import MOST_PARTS, MOST_UNPACKED_BYTES, Format
from portal.kernel.errors import DomainError
from portal.kernel.words import N_

PARTS = {"word/document.xml": "docx", "xl/workbook.xml": "xlsx"}
END_OF_PDF = 4096
"""A PDF ends with its mark, or shortly after it some programs add a line."""


def extension_of(data: bytes, form: Format | None) -> str:
    """pdf, docx or xlsx. Raises DomainError for anything else, for what is cut off, and for macros."""
    if form is Format.PDF:
        if b"%%EOF" not in data[-END_OF_PDF:]:
            raise DomainError(N_("This document is damaged or incomplete. Send it again."))
        return "pdf"
    if form is Format.ZIP:
        return _office(data)
    raise DomainError(N_("Only PDF, Word (docx), Excel (xlsx) and pictures are taken."))


def _office(data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, EOFError) as error:
        raise DomainError(N_("This document is damaged or incomplete. Send it again.")) from error
    names = {part.filename for part in parts}
    kinds = [kind for name, kind in PARTS.items() if name in names]
    if len(kinds) != 1 or "[Content_Types].xml" not in names:
        raise DomainError(N_("Only PDF, Word (docx), Excel (xlsx) and pictures are taken."))
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise DomainError(N_("This document contains macros. Save it without them."))
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED_BYTES:
        raise DomainError(N_("This document is too large when unpacked."))
    return kinds[0]
