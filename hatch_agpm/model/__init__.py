"""The value types that all layers share; no behaviour, no input or output."""
