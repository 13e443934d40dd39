"""What is copied into wheels and environments: the standard library only."""
