"""Source layout."""
