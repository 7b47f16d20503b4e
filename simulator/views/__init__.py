"""Pages of the lab: each module reads a request and answers; services change the world."""
