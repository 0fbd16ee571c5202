"""Sending: what was sealed is prepared, handed over and settled, whoever dies meanwhile."""
