"""From `[tool.hatch-agpm]` and `agpm.toml` to typed values."""
