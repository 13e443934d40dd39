"""Regular expressions with the syntax of Rust's `regex`, on Python's `regex` module."""
