"""What the table lists without a key: directories, patterns and files of a type."""
