"""The ledger of what happens when: bookings, from which pages, feeds, invitations and conflict checks are made."""
