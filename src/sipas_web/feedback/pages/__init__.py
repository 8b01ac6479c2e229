"""What pages show, worked out for their templates."""
