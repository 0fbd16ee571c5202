"""The use cases, one transaction each, in rooms: docs/architecture.md says what happens in which, and who knows whom."""
