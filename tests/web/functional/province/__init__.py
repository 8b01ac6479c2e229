"""A simulated province worked by scripts over HTTP, and its books: what truly happened, as only the script knows."""
