"""A sample and its design with the words of a survey statistician."""
