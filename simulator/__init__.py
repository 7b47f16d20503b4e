"""What we can show: runnable examples, their runs and the claims bound to them."""
