"""Concerns about a child's safety: raised by anybody, acknowledged by somebody, silent to those named in them."""
