"""The named rules, by family."""
