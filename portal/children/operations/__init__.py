"""What is done with files, by noun. Other rooms call `note_live_pairing`."""

from portal.children.operations.files import note_live_pairing

__all__ = ["note_live_pairing"]
