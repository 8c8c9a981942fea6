"""Reading a picture that a stranger may have made, and writing it again as a plain JPEG of ours.

Nothing of the original is kept but its pixels: no place, no time, no name of the phone, no preview, nothing appended.
"""

from __future__ import annotations

import io
import struct
import threading
import zlib
from typing import Any

from portal.files.rules import MOST_PIXELS, Format
from portal.kernel.errors import DomainError
from portal.kernel.words import N_

QUALITY = 82
PILLOW_NAMES = {Format.JPEG: "JPEG", Format.PNG: "PNG", Format.WEBP: "WEBP", Format.HEIF: "HEIF"}
BROKEN = (
    OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, OverflowError, RuntimeError, TypeError,
    struct.error, zlib.error,
)  # fmt: skip
"""What readers of pictures raise for a file that is cut off or was never a picture."""
_one_at_a_time = threading.Lock()
"""A decoded picture may hold two hundred megabytes: a process has one of them at a time."""


def as_plain_jpeg(data: bytes, form: Format, longest_side: int) -> bytes:
    """The picture upright, at most `longest_side` pixels long, as a JPEG without any metadata.

    Raises DomainError when it claims too many pixels, is cut off or cannot be read.
    """
    from PIL import Image

    with _one_at_a_time:
        try:
            picture = _opened(data, form)
            if picture.width * picture.height > MOST_PIXELS[form]:
                raise DomainError(N_("This picture has too many pixels. Choose a smaller size in the camera."))
            return _written(_small(picture, longest_side))
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise DomainError(N_("This picture has too many pixels. Choose a smaller size in the camera.")) from error
        except BROKEN as error:
            raise DomainError(N_("This picture is damaged or incomplete. Take it again or choose another.")) from error


def _opened(data: bytes, form: Format) -> Any:
    """The picture by its header; no pixel is decoded yet. Only the reader of this one format is asked."""
    from PIL import Image

    if form is Format.HEIF:
        import pillow_heif

        pillow_heif.register_heif_opener(thumbnails=False)
    return Image.open(io.BytesIO(data), formats=[PILLOW_NAMES[form]])


def _small(picture: Any, longest_side: int) -> Any:
    """Scaled down and upright, in plain colours; what is see-through becomes white, as on paper."""
    from PIL import Image, ImageOps

    if picture.mode not in ("RGB", "RGBA", "L", "CMYK"):
        picture = picture.convert("RGBA" if "transparency" in picture.info or "A" in picture.mode else "RGB")
    picture.thumbnail((longest_side, longest_side), Image.Resampling.LANCZOS)
    picture = ImageOps.exif_transpose(picture)
    if picture.mode == "RGBA":
        paper = Image.new("RGB", picture.size, "white")
        paper.paste(picture, mask=picture.getchannel("A"))
        return paper
    return picture.convert("RGB")


def _written(picture: Any) -> bytes:
    from PIL import Image

    bare = Image.new("RGB", picture.size)
    bare.paste(picture)  # pixels alone: notes that the reader hung on the picture stay behind
    out = io.BytesIO()
    bare.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()
