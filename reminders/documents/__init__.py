"""A file as lines and grids, each with its place; one adapter per format, each in a child process with limits."""

from reminders.documents.grid import Block, Cell, Document, Grid, Line
from reminders.documents.reading import read_document

__all__ = ["Block", "Cell", "Document", "Grid", "Line", "read_document"]
