"""What the pages of identities show, worked out for their templates."""
