"""How a sample was drawn, weighted and is to be measured, as data."""
