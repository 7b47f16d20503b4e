"""What we are asked: readers ask, moderators decide."""
