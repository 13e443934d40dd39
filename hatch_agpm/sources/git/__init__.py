"""Git repositories as sources: which commit a version means, and their files."""
