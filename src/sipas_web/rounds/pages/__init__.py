"""What the pages of rounds show, worked out for their templates."""
