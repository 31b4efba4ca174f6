"""What an oversight body does here."""
