"""Measurements of the portal beside the least that any Flask application on these libraries must cost."""
