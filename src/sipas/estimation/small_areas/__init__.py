"""Small areas by Fay and Herriot."""
