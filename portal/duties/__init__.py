"""The ledger of what is owed: one dated obligation a row, with its owner, its clock and who is next in line."""
