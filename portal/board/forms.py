"""The shape of what is entered about offers and claims, by staff and by the public."""

from __future__ import annotations

from wtforms import HiddenField

from portal.board.rules import CLAIM, CLAIMANT_WORDS, OFFER, ClaimantKind, ClaimState, OfferState
from portal.needs.rules import CONFIRMED_WORDS, OUTCOME_WORDS, ConfirmedBy, NeedOutcome
from portal.web.forms import Digits, FilterForm, Form, LongText, One, Pick, Switch, Text
from portal.web.language import _l

TITLE, BODY, WORDS = 60, 300, 1000
"""Characters in the title and text of an offer, and in what people write to each other."""


class OfferForm(Form):
    """The words for the public."""

    title = Text(_l("What is needed, in a few words"), limit=TITLE, needed=_l("Say in a few words what is needed."))
    body = LongText(_l("What would help"), limit=BODY)


class ClaimForm(Form):
    """Somebody of the public wants to help. `code` proves the phone."""

    claimant = One(
        _l("Who wants to help?"), CLAIMANT_WORDS, enum=ClaimantKind, default=ClaimantKind.PERSON, needed=True
    )
    name = Text(_l("Your name, or that of your organisation"), limit=60, needed=_l("Write your name."))
    phone = Digits(_l("Your mobile phone"), limit=20, needed=_l("Write your phone number."))
    words = LongText(_l("How would you like to help?"), limit=WORDS)
    code = Digits(_l("The code we sent you"), limit=6)
    client_key = HiddenField()


class PartnerClaimForm(Form):
    """Somebody of an organisation of the programme wants to help. No code is needed."""

    organisation = Pick(_l("For which organisation?"), needed=True)
    phone = Digits(_l("A phone for questions"), limit=20, needed=_l("Write a phone number."))
    words = LongText(_l("How would you like to help?"), limit=WORDS)
    client_key = HiddenField()


class WordsForm(Form):
    """One text: what is known, what was done, why."""

    text = LongText(_l("In your own words"), limit=WORDS, needed=_l("Write a few words."))


class SureForm(Form):
    """Nothing to type: the button is the answer."""


class NoteForm(WordsForm):
    """A line of progress."""

    to_claimant = Switch(_l("The claimant may read it"))


class ConfirmationForm(Form):
    """What the family says."""

    met = One(
        _l("Does the family have what it needed?"), OUTCOME_WORDS, enum=NeedOutcome, needed=_l("Choose an outcome.")
    )
    by = One(_l("Who confirms it?"), CONFIRMED_WORDS, enum=ConfirmedBy, needed=_l("Say who confirms it."))
    note = LongText(_l("In the family's words"), limit=WORDS)
    thanks = LongText(_l("Words of thanks for who helped"), limit=WORDS)


class ThanksForm(Form):
    """Words of thanks alone."""

    thanks = LongText(_l("Words of thanks for who helped"), limit=WORDS, needed=_l("Write a few words."))


class OfferFilter(FilterForm):
    """What narrows the list of offers."""

    q = Text(_l("Words of the offer"), limit=40)
    state = Pick(_l("State"), OFFER.words, enum=OfferState, empty=_l("All states"))
    kind = Pick(_l("Kind"), empty=_l("All kinds"))


class ClaimFilter(FilterForm):
    """What narrows the list of claims."""

    state = Pick(_l("State"), CLAIM.words, enum=ClaimState, empty=_l("All states"))
    claimant = Pick(_l("Who wants to help?"), CLAIMANT_WORDS, enum=ClaimantKind, empty=_l("Anybody"))
