"""Where and when: the region tree, working days, and the settings and code lists that a district may change."""
