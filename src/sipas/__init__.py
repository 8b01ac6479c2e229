"""SIPAS: from a list of finished transactions to an index that anyone can recompute."""
