"""Each role's today, the front page, search, and the small public pages."""
