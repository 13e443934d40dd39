"""File formats, read and written by their own rules: YAML, JSON, TOML, frontmatter."""
