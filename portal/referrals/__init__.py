"""Referrals: a need goes to an organisation that can help, and comes back with an outcome that the family confirms."""
