"""The shape of input."""

from __future__ import annotations

from portal.calendars.models import FeedPurpose
from portal.kernel.words import N_
from portal.web.forms import Form, One
from portal.web.language import _l

PURPOSES = {FeedPurpose.MINE: N_("All my dates")}


class FeedForm(Form):
    """What the new calendar address is for."""

    purpose = One(_l("What shall it show?"), PURPOSES, enum=FeedPurpose, default=FeedPurpose.MINE, needed=True)
