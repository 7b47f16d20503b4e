"""Small helpers that the apps share. It imports no app."""
