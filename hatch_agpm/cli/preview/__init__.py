"""The command `preview`: one page that shows every prompt."""
