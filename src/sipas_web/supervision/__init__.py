"""The supervisors' own part: their check samples, re-verification, findings."""
