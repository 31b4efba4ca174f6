"""A case's page, and lists of cases."""
