"""The command `hatch-agpm vendor`: files of other sources are copied and locked."""
