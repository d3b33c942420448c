"""The timetable: a clock that calls services, and nothing more."""
