"""What a notice and a message say, in the language spoken now."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import current_app
from jinja2 import TemplateNotFound

from portal.kernel.clock import zone
from portal.kernel.outbox import Channel
from portal.notices.kinds import BY_NAME
from portal.places.settings import setting
from portal.web.language import _, clock, day_text, locale

SUBJECT_MOST = 150
SMS_MOST = 300
_CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


class Facts(dict[str, str]):
    """Facts of a sentence; a missing one is three dots rather than a message that is never sent."""

    def __missing__(self, key: str) -> str:
        return "…"


def spoken(value: Any) -> str:
    """One fact in words: a day or a moment as people write it, a message id translated, anything else as it is."""
    text = str(value)
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        try:
            return day_text(date.fromisoformat(text))
        except ValueError:
            return text
    if re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+(\+00:00)", text):
        return moment_text(datetime.fromisoformat(text))
    return str(_(text)) if text else ""


def moment_text(moment: datetime) -> str:
    """Day and time, local, without markup."""
    return f"{day_text(moment.astimezone(zone()).date())} {clock(moment)}"


def sentence_of(kind: str, facts: dict[str, Any] | None) -> str:
    """The sentence of a kind of notice, filled with its facts."""
    declared = BY_NAME.get(kind)
    if declared is None:
        return str(_("There is a message for you."))
    filled: str = _(declared.sentence) % Facts({name: spoken(value) for name, value in (facts or {}).items()})
    return " ".join(filled.split())


@dataclass(frozen=True)
class Letter:
    """What leaves the house: for SMS the body alone."""

    subject: str
    body: str


def letter(kind: str, channel: Channel, facts: dict[str, Any] | None) -> Letter:
    """A message in the language spoken now.

    `templates/mail/<kind>.txt` has the subject in its first line; a kind without a template of its own says its
    sentence and gives the way to the record. `<kind>.sms.txt` is one paragraph. Raises TemplateError for a broken one.
    """
    known = facts or {}
    subject = sentence_of(kind, known)
    words = {name: spoken(value) for name, value in known.items()}
    given = {
        **words, "raw": known, "sentence": subject, "url": absolute(str(known.get("url", ""))), "absolute": absolute,
        "product": product_name(),
    }  # fmt: skip
    if channel is Channel.SMS:
        text = _rendered([f"mail/{kind}.sms.txt", "mail/notice.sms.txt"], given)
        return Letter("", " ".join(_CONTROLS.sub(" ", text).split())[:SMS_MOST])
    text = _CONTROLS.sub("", _rendered([f"mail/{kind}.txt", "mail/notice.txt"], given)).strip()
    head, _sep, body = text.partition("\n")
    return Letter(" ".join(head.split())[:SUBJECT_MOST], body.strip() + "\n")


def _rendered(names: list[str], given: dict[str, Any]) -> str:
    for name in names:
        try:
            template = current_app.jinja_env.get_template(name)
        except TemplateNotFound:
            continue
        return template.render(given)
    raise LookupError(names[-1])


def product_name() -> str:
    """The portal's name in the language spoken now."""
    return str(setting("product_name_en" if locale() == "en" else "product_name"))


def absolute(path: str) -> str:
    """The whole address of a path of the portal; '' for none."""
    return current_app.portal_config.public_url + path if path.startswith("/") else ""  # type: ignore[attr-defined]
