"""Mail: from words to a message, from a message to a server or a folder.

This room knows no visit and no calendar: whoever calls it brings the words and the octets.
It never decides who is written to, or when.
"""
