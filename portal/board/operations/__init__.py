"""What is done with the board: the only writers of this room's tables."""
