"""A simulated province worked by scripts over HTTP, and its books: what truly happened, told by nobody but the script."""
