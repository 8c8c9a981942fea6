"""The shape of what people type about accounts."""

from __future__ import annotations

from typing import Any

import wtforms
from wtforms import validators
from wtforms.fields.choices import SelectChoice

from portal.access.passwords import SHORTEST
from portal.access.policy import GIVEN_HERE
from portal.kernel.actor import ROLE_WORDS, Role
from portal.kernel.clock import today
from portal.kernel.words import N_
from portal.web.forms import Day, Digits, FilterForm, Form, One, Pick, Text, needed
from portal.web.language import LOCALES, _l

MOST_TYPED = 400
"""Characters of a password that are read at all."""
THEMES = {"auto": N_("as the device"), "light": N_("light"), "dark": N_("dark")}
STANDINGS = {"active": N_("in use"), "invited": N_("not in use yet"), "ended": N_("account ended")}


class Password(wtforms.PasswordField):
    """A password, taken as it is typed; it is never written back into a page."""

    def __init__(self, label: Any, *, fresh: bool = False, message: Any = None, **kw: Any) -> None:
        long = _l("At most %(max)d characters; please shorten it.", max=MOST_TYPED)
        super().__init__(
            label,
            [needed(message or _l("Type the password.")), validators.Length(max=MOST_TYPED, message=long)],
            render_kw={
                "autocomplete": "new-password" if fresh else "current-password",
                "data-behaviour": "show-password",
                "data-show": _l("Show what I type"),
            },
            **kw,
        )


class SignInForm(Form):
    """Who, and the password."""

    typed = Text(
        _l("Mail address or phone number"),
        limit=200,
        needed=_l("Type your mail address or phone number."),
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false", "inputmode": "email"},
    )
    password = Password(_l("Password"))


class UnlockForm(Form):
    """The password, for going on behind the lock."""

    password = Password(_l("Password"))


class PinField(Digits):
    """Six digits, on a phone's number keys."""

    def __init__(self, label: Any, **kw: Any) -> None:
        look = {
            "inputmode": "numeric",
            "autocomplete": "off",
            "data-behaviour": "show-password",
            "data-show": _l("Show what I type"),
        }
        super().__init__(label, limit=20, needed=_l("Type the six digits."), render_kw=look, **kw)
        self.widget = wtforms.widgets.PasswordInput()


class PinForm(Form):
    """The PIN, for going on behind the lock."""

    pin = PinField(_l("PIN"))


class RememberForm(Form):
    """A PIN for this phone, and the password once more."""

    pin = PinField(_l("New PIN of six digits"))
    password = Password(_l("Your password"))


class ResetForm(Form):
    """Who has forgotten the password."""

    typed = Text(
        _l("Mail address or phone number"),
        limit=200,
        needed=_l("Type your mail address or phone number."),
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false", "inputmode": "email"},
    )


class CodeForm(Form):
    """The code of a printed slip."""

    code = Text(
        _l("Code on your slip"),
        limit=60,
        needed=_l("Type the code that is printed on your slip."),
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"},
    )


class NewPasswordForm(Form):
    """A password of one's own choice."""

    password = Password(
        _l("New password"), fresh=True, message=_l("Choose a password of %(least)d characters or more.", least=SHORTEST)
    )


class ChangePasswordForm(Form):
    """The old password and a new one."""

    old = Password(_l("Password until now"))
    password = Password(
        _l("New password"), fresh=True, message=_l("Choose a password of %(least)d characters or more.", least=SHORTEST)
    )


class OwnForm(Form):
    """What one decides about oneself."""

    name = Text(_l("Name"), limit=60, needed=True, render_kw={"autocomplete": "name"})
    locale = One(_l("Language"), {code: words for code, (_tag, words) in LOCALES.items()}, needed=True)
    theme = One(_l("Appearance"), THEMES, needed=True)

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        # A language is named in itself, whatever the page is written in.
        self.locale.choices = [SelectChoice(code, words) for code, (_tag, words) in LOCALES.items()]


class PersonForm(Form):
    """Somebody new, or what is known of somebody."""

    name = Text(_l("Name"), limit=60, needed=_l("Give the person's name."))
    email = Text(
        _l("Mail address"), limit=200, render_kw={"autocomplete": "off", "inputmode": "email", "autocapitalize": "none"}
    )
    phone = Digits(_l("Phone number"), limit=30, render_kw={"autocomplete": "off", "inputmode": "tel"})
    region = Pick(_l("Belongs to"), needed=_l("Choose where the person belongs."))


class NewPersonForm(PersonForm):
    """Somebody new: the invitation goes out at once, the role is asked for."""

    role = Pick(_l("First role"), {r: ROLE_WORDS[r] for r in GIVEN_HERE}, enum=Role, empty=_l("none yet"))


class EditPersonForm(PersonForm):
    """What is known of somebody. `version` is the one that the editor had before the eyes."""

    version = wtforms.HiddenField()


class RoleForm(Form):
    """A role to ask for."""

    role = Pick(_l("Role"), {r: ROLE_WORDS[r] for r in GIVEN_HERE}, enum=Role, needed=_l("Choose a role."))
    region = Pick(_l("Over which region"), needed=_l("Choose the region."))
    reason = Text(_l("What for"), limit=200)


class ReasonForm(Form):
    """Why."""

    reason = Text(_l("Reason"), limit=300)


class DeputyForm(Form):
    """Who stands in, and when."""

    deputy = Pick(_l("Colleague"), needed=_l("Choose a colleague of the list."))
    from_on = Day(_l("First day"), needed=True, earliest=today)
    until_on = Day(_l("Last day"), needed=True, earliest=today)


class PeopleFilters(FilterForm):
    """What narrows the list of people."""

    q = Text(_l("Name, mail address or phone number"), limit=60)
    role = Pick(_l("Role"), ROLE_WORDS, enum=Role, empty=_l("all"))
    standing = Pick(_l("State"), STANDINGS, empty=_l("all"))
