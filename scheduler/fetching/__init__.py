"""Fetching calendars from addresses that volunteers give, without being led astray."""
