"""Who did what, when, in which role, from where: written with the change, chained by hashes, never changed."""
