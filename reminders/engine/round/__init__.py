"""The round: what one tick does, and what follows it."""
