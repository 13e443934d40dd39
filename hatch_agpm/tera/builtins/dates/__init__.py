"""The filter `date`: format strings, calendar arithmetic and time zones."""
