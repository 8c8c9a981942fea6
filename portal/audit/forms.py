"""The shape of input."""

from __future__ import annotations

import re

from wtforms import ValidationError

from portal.audit.queries import Sort
from portal.audit.words import WHAT_WORDS
from portal.kernel.words import N_
from portal.web.forms import Day, FilterForm, One, Pick, Text
from portal.web.language import _, _l

SORTS = {
    Sort.LOOKS: N_("Looks"), Sort.CHANGES: N_("Changes"), Sort.EXPORTS: N_("Exports"), Sort.SIGN_INS: N_("Sign-ins"),
}  # fmt: skip
ANCHOR = re.compile(r"(\d{1,18}):([0-9a-f]{64})")


class EntryFilter(FilterForm):
    """What narrows the log."""

    sort_of = One(_l("Sort of row"), SORTS, enum=Sort)
    who = Text(_l("Who"), limit=60)
    what = Pick(_l("What"), sorted(WHAT_WORDS.items(), key=lambda item: item[1]))
    ref = Text(_l("File or record"), limit=24)
    from_on = Day(_l("From day"))
    until_on = Day(_l("Until day"))


class VerifyForm(FilterForm):
    """The head kept outside, by which a cut-off end is found too."""

    anchor = Text(_l("Head kept outside, as number:hash"), limit=90)

    def validate_anchor(self, field: Text) -> None:
        """Its form."""
        if field.data and not ANCHOR.fullmatch(field.data):
            raise ValidationError(_("It looks like 1234: and 64 letters and digits."))

    def kept(self) -> tuple[int, str] | None:
        """The number and hash, None when none was given."""
        found = ANCHOR.fullmatch(self.anchor.data or "")
        return (int(found[1]), found[2]) if found else None
