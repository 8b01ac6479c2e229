"""The store of identities, apart from answers, and the duties on it."""
