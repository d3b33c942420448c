"""A made-up district to try everything on: Marlow Bay, its schools and its volunteers.

Nobody in it is real. Its files are a district bundle whose dates are counted in weeks from now.
"""
