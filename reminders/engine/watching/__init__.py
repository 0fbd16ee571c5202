"""Watching: what stands still is found and told to the operator, past everything that may be what stands still."""
