"""The use cases in the order of the walk: import, activate, tick, dispatch, answer, decide, digest."""
