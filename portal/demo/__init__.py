"""The demo: an invented Lanshan District at the size of the article."""
