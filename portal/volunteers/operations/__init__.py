"""The only writers of volunteers: the record, the status with its checks, the account."""

from portal.volunteers.operations.accounts import invite_volunteer, link_account
from portal.volunteers.operations.records import edit_volunteer, enter_volunteer, set_availability
from portal.volunteers.operations.status import (
    expire_credentials,
    move_volunteer,
    note_credential,
    note_live_pairings,
)

__all__ = [
    "edit_volunteer",
    "enter_volunteer",
    "expire_credentials",
    "invite_volunteer",
    "link_account",
    "move_volunteer",
    "note_credential",
    "note_live_pairings",
    "set_availability",
]
