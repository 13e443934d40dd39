"""Nothing selects the templates of this project for the sdist."""
