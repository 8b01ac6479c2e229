"""Phase 2: from sums to estimates, linearised scores and their covariance."""
