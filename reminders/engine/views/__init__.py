"""Views: how things stand, as messages, pages and lists show them. Nothing here writes."""
