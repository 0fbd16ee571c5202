"""A plan's life: it comes in, is activated, revised, given other figures, and closed."""
