"""One volunteer, one child: from a proposal over consultation and agreement to the first meeting, and to a good end."""
