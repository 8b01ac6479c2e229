"""Phase 1: rows to additive sums per unit and domain, in one pass of an engine."""
