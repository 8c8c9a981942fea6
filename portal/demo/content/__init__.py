"""What the demo is made of: invented people and hand-written sentences. Pure data, no database."""
