"""Views of results: the way to publication (``work``), and reading (``reading``)."""
