"""How an attachment is answered. The room of the record has the route, checks the right and logs the read."""

from __future__ import annotations

from flask import Response

from portal.files.models import Attachment

OWN_PICTURE = "image/jpeg"


def send_attachment(attachment: Attachment) -> Response:
    """The content, opened. Our own JPEG is shown in the page; everything else is saved by the browser, under its name.

    It is never cached, never guessed to be something else, and runs nothing if it is opened by itself.
    """
    answer = Response(attachment.content, mimetype=attachment.mime)
    way = "inline" if attachment.mime == OWN_PICTURE else "attachment"
    names = {"filename": attachment.name} if attachment.name else {}
    answer.headers.set("Content-Disposition", way, **names)
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "no-store"
    return answer
