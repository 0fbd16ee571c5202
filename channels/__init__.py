"""Delivery: a Message in, an Outcome out."""
