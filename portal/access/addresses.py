"""Mail addresses and phone numbers as people type them, brought into one form. Pure."""

from __future__ import annotations

import re
import unicodedata

HOME_REGION = "CN"
"""A number without a country code is read as one of this country."""
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")


def email_of(text: str) -> str | None:
    """The address in lower case with full-width signs mended; None when it is none."""
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    return plain if _EMAIL.fullmatch(plain) and len(plain) <= 200 and plain.isprintable() else None


def phone_of(text: str) -> str | None:
    """The number as +8613800000000; None when it cannot be one.

    Full-width digits, blanks and dashes are mended; a possible number is enough, since new ranges are given out before
    any list knows them.
    """
    plain = re.sub(r"[\s\-()]", "", unicodedata.normalize("NFKC", text))
    if not re.fullmatch(r"\+?\d{5,20}", plain):
        return None
    # Its tables cost 30 ms and 2 MB: only who types a number pays for them.
    import phonenumbers

    try:
        number = phonenumbers.parse(plain, HOME_REGION)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def one_form(text: str) -> str:
    """What was typed for signing in, in one form: a mail address, a phone number, or the text itself for neither."""
    return email_of(text) or phone_of(text) or unicodedata.normalize("NFKC", text).strip().lower()


def phone_words(phone: str) -> str:
    """A kept number as people of this country read it: 138 0000 0000."""
    digits = phone.removeprefix("+86")
    is_mobile = len(digits) == 11 and digits.isdecimal() and digits.startswith("1")
    return f"{digits[:3]} {digits[3:7]} {digits[7:]}" if is_mobile else phone
