"""After the index: directives, tasks, targets, commitments, plans, reports."""
