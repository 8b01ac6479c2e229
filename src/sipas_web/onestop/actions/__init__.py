"""Actions; each is one transaction with its record."""
