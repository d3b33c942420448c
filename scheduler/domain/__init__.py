"""The trade itself: values and rules, with the standard library alone."""
