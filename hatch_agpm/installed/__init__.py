"""Finding and loading the bundles of an environment."""
