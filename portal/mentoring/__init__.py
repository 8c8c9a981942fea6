"""What a pair does: planned sessions, and the log that a mentor writes on a phone in under a minute."""
