"""What a person types to keep a view."""

from __future__ import annotations

from portal.home.rules import LONGEST_NAME
from portal.web.forms import Form, Text
from portal.web.language import _l


class ViewForm(Form):
    """What a saved view is called."""

    name = Text(_l("Name of the view"), limit=LONGEST_NAME, needed=_l("Give it a name."))
