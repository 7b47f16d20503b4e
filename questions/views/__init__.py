"""What a reader or a moderator meets; every decision is taken in the services below."""
