"""The use cases, one transaction each, in rooms: docs/architecture.md says what happens in each and who knows whom."""
