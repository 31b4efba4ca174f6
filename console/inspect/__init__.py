"""What inspectors and their leads do here."""
