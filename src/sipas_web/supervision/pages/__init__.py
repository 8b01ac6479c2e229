"""What the pages of supervision show, worked out for their templates."""
