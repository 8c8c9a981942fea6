"""The shape of input."""

from __future__ import annotations

from portal.web.forms import FilterForm, Switch
from portal.web.language import _l


class DutyFilter(FilterForm):
    """What narrows the list of what one owes."""

    overdue = Switch(_l("Overdue only"))
    mine = Switch(_l("In my own name only"))
