"""What operations staff watch and mend here."""
