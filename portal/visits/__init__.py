"""Visits: when a child is due, and what was seen at the door. A record of what was seen, never a clock-in."""
