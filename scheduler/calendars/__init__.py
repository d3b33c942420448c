"""iCalendar in and out: feeds, invitations, and the busy time of imported calendars.

Values in, octets out, and the other way round. Nothing here fetches, stores or sends.
"""
