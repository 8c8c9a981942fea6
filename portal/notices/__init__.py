"""What is told to whom: on the page at once, by mail and SMS from the outbox, as each person chose per kind."""
