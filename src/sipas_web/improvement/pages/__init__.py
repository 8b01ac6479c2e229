"""What the pages of the parts show."""
