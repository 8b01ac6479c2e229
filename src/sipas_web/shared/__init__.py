"""What every app stands on: the look, Vietnamese text, who may open an address."""
