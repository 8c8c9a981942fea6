"""The portal: mentoring and programmes for orphaned and distressed children, run by a district."""
