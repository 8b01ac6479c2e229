"""What the public sees: the verification of certificates."""
