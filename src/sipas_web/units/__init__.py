"""The dated tree: administrative units from the library's register, and the agencies, desks and post offices in it."""
