"""What a force, service or other body does here."""
