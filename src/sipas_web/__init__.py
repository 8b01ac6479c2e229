"""The web application: people, areas, rounds and results, on top of the library ``sipas``."""
