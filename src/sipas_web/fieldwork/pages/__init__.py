"""What pages of the field show, worked out for their templates."""
