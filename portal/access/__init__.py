"""Accounts, roles in scopes, deputies, sign-in, sessions that can be revoked, one-time links."""
