"""The log: every change with its move, every read of a child's file, sealed into a chain that shows any alteration."""
