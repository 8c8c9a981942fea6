"""Volunteers: profile, skills, availability, credentials with expiry, status with its whole history."""
