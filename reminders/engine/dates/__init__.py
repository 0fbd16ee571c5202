"""Dates that move: an event reported from outside, a schedule revised, another working calendar."""
