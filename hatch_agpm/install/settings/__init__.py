"""Hooks and MCP servers: their values, and merging these into the files of tools."""
