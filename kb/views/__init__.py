"""A view reads a request and answers; what it shows comes from the modules above."""
