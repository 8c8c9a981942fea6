"""The picture of an offer for passing on: its words and a QR code, as a PNG that WeChat shows in a chat."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path
from typing import Any

WIDTH, HEIGHT, EDGE = 750, 1000, 56
PAPER, INK, MUTED, BRAND, ON_BRAND = "#ffffff", "#16302e", "#51625f", "#0f5f59", "#ffffff"
QR_SIDE = 230
FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "/System/Library/Fonts", "/Library/Fonts", "C:/Windows/Fonts")
CHINESE = (
    ("NotoSansCJK-Regular.ttc", 2), ("NotoSansCJKsc-Regular.otf", 0), ("SourceHanSansSC-Regular.otf", 0),
    ("wqy-microhei.ttc", 0), ("wqy-zenhei.ttc", 0), ("PingFang.ttc", 0), ("STHeiti Medium.ttc", 0), ("msyh.ttc", 0),
    ("DroidSansFallbackFull.ttf", 0),
)  # fmt: skip
"""Fonts of common systems that hold Chinese: the file, and which face of it."""


@cache
def chinese_font() -> tuple[str, int] | None:
    """A font of this machine that holds Chinese: its file and face; None where there is none."""
    for folder in map(Path, FOLDERS):
        for name, face in CHINESE:
            found = next(folder.rglob(name), None) if folder.is_dir() else None
            if found is not None:
                return str(found), face
    return None


def _font(size: int) -> Any:
    from PIL import ImageFont

    known = chinese_font()
    if known is None:
        return ImageFont.load_default(size)
    return ImageFont.truetype(known[0], size, index=known[1])


def _lines(text: str, font: Any, *, most: int) -> list[str]:
    """The text broken to the picture's width; what does not fit ends with an ellipsis."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.replace(" ", " \0").split("\0") if paragraph.isascii() else paragraph:
            if line and font.getlength(line + word) > WIDTH - 2 * EDGE:
                lines.append(line)
                line = ""
            line += word
        lines.append(line)
    if len(lines) > most:
        lines = [*lines[: most - 1], lines[most - 1].rstrip()[:-1] + "…"]
    return lines


def picture_of(*, title: str, body: str, line: str, brand: str, call: str, url: str) -> bytes:
    """The PNG. Without a font for Chinese it holds the QR code, the address and no words that would be empty boxes."""
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, WIDTH, 96), fill=BRAND)

    def said(text: str) -> str:
        return text if chinese_font() is not None or text.isascii() else ""

    draw.text((EDGE, 48), said(brand) or "Hand in Hand", font=_font(34), fill=ON_BRAND, anchor="lm")
    top = 150
    for text, size, colour, most in ((title, 54, INK, 4), (line, 30, BRAND, 2), (body, 32, MUTED, 6)):
        font = _font(size)
        for written in _lines(said(text), font, most=most) if said(text) else []:
            draw.text((EDGE, top), written, font=font, fill=colour)
            top += int(size * 1.45)
        top += 22
    import segno  # here, since a start needs no pictures

    symbol, code = segno.make(url, error="m", micro=False), io.BytesIO()
    # Whole pixels for each square of the code, so that every phone reads it.
    symbol.save(code, kind="png", scale=QR_SIDE // symbol.symbol_size(border=2)[0], border=2)
    square = Image.open(code).convert("RGB")
    image.paste(square, (EDGE, HEIGHT - EDGE - square.height))
    for at, written in enumerate(_lines(said(call) or "Scan to help", _font(30), most=2)):
        draw.text((EDGE + QR_SIDE + 32, HEIGHT - EDGE - QR_SIDE + 70 + at * 44), written, font=_font(30), fill=INK)
    out = io.BytesIO()
    image.quantize(64).save(out, "PNG", optimize=True)
    return out.getvalue()
