"""The district bundle: a folder of spreadsheets read, checked whole, and written.

Files become domain values and back; nothing here touches a database, a clock or a calendar
format. Iron rule: every mistake is reported with its place, and nothing is guessed.
"""
