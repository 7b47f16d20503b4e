"""The operator’s view of runs."""
