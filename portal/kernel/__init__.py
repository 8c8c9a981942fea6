"""What every room stands on and nothing else: tables, clock, errors, lifecycles, signals, actors, secrets, outbox."""
