"""What is done with visits and their plan: the only writers of this room's table."""
