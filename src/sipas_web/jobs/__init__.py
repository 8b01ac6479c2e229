"""Long work: written down when it is wanted, carried out by a worker, taken up again when the worker dies."""
