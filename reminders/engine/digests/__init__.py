"""Digests: who reads one, when it begins, what it says."""
