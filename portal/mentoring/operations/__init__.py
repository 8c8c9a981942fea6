"""What can be done with sessions, by noun."""
