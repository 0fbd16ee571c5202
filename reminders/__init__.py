"""The service, in the order of the walk."""
