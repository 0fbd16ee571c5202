"""The forecast: what a slot will bring, and what happens where it would bring far more."""
