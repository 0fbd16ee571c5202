"""Duties: what units owe. How it begins, is asked anew, is overtaken, and how each transition is written down."""
