"""People, the roles they hold over an area from a day to a day, and how they log in."""
