"""Regular expressions as Rust's `regex` reads them."""
