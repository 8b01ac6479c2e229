"""From the freeze to the published, corrected and explained results."""
