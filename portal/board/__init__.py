"""The public board: needs that the district offers to everybody, without a child in sight, and who claims them."""
