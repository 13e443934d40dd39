"""Writes release notes with a language model, and ships the agents that maintain it."""
