"""Which room listens to which signal of another. Imported by the factory alone."""

from __future__ import annotations

from sqlalchemy import select

from portal.access.current import ask_with_visitor
from portal.access.models import Account
from portal.access.queries import named, names_of
from portal.board import receivers as board
from portal.calendars.receivers import end_feeds
from portal.children.operations import codes
from portal.children.sight import has_grants
from portal.kernel import events
from portal.kernel.db import session
from portal.kernel.events import account_ended, notice_wanted
from portal.mentoring import receivers as sessions
from portal.needs import receivers as needs
from portal.notices.queries import unread_of
from portal.notices.receivers import tell_people
from portal.pairing import receivers as pairs
from portal.places.queries import places_called
from portal.referrals import receivers as referrals
from portal.safeguarding import receivers as concerns
from portal.visits import receivers as visits
from portal.web.registries import Registries

CONNECTED: list[object] = []


def connect_directory(registries: Registries) -> None:
    """Let rooms below the accounts name people."""
    registries.names = names_of
    registries.places = places_called
    registries.refs_named = lambda text: session().scalars(select(Account.ref).where(named(text)).limit(200)).all()


def connect_signals() -> None:
    """Connect every receiver once per process."""
    if CONNECTED:
        return
    CONNECTED.append(True)
    ask_with_visitor("unread", unread_of)
    ask_with_visitor("has_grants", has_grants)
    notice_wanted.connect(tell_people)
    account_ended.connect(end_feeds)
    events.freeze_wanted.connect(pairs.on_freeze_wanted)
    events.unfreeze_wanted.connect(pairs.on_unfreeze_wanted)
    events.consent_withdrawn.connect(pairs.on_consent_withdrawn)
    events.child_left.connect(codes.on_child_left)
    events.child_left.connect(pairs.on_child_left)
    events.child_moved.connect(pairs.on_child_moved)
    events.child_moved.connect(sessions.on_child_moved)
    events.consent_withdrawn.connect(board.on_consent_withdrawn)
    events.child_left.connect(board.on_child_left)
    events.child_moved.connect(board.on_child_moved)
    events.need_moved.connect(board.on_need_moved)
    events.consent_withdrawn.connect(referrals.on_consent_withdrawn)
    events.child_left.connect(referrals.on_child_left)
    events.child_moved.connect(referrals.on_child_moved)
    events.need_moved.connect(referrals.on_need_moved)
    for changed in (events.child_opened, events.child_left, events.child_moved, events.risk_changed):
        changed.connect(visits.on_child_changed)
    events.child_moved.connect(visits.on_child_moved)
    events.pairing_moved.connect(sessions.on_pairing_moved)
    events.child_left.connect(needs.on_child_left)
    events.child_moved.connect(needs.on_child_moved)
    events.account_ended.connect(needs.on_account_ended)
    events.account_ended.connect(pairs.on_account_ended)
    events.account_ended.connect(concerns.on_account_ended)
    events.volunteer_moved.connect(pairs.on_volunteer_moved)
    events.volunteer_linked.connect(pairs.on_volunteer_linked)
