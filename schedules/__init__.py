"""An expression and its year in, a Schedule out."""
