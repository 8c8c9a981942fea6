"""The shape of input."""

from __future__ import annotations

from portal.kernel.outbox import Channel
from portal.kernel.words import N_
from portal.notices.kinds import KINDS
from portal.web.forms import FilterForm, Form, One, Several, Switch
from portal.web.language import _l

CHANNELS = {Channel.MAIL: N_("Mail"), Channel.SMS: N_("SMS")}


class NoticeFilter(FilterForm):
    """What narrows the list of notices."""

    unread = Switch(_l("Unread only"))
    urgent = Switch(_l("Alerts only"))


class ChoicesForm(Form):
    """What one wants to be told by which channel: values are `kind:channel`."""

    want = Several(_l("By which way"), [(f"{k.name}:{c.value}", k.label) for k in KINDS for c in Channel])


class MessagesFilter(FilterForm):
    """What narrows the demo's messages."""

    channel = One(_l("Sent by"), CHANNELS, enum=Channel)
