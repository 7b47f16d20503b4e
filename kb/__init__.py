"""What we say: articles, terms, sources. It knows no other app."""
