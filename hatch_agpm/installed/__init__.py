"""Other distributions' bundles: found and loaded."""
