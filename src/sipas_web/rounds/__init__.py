"""Setting up a round: edition, scope, frame, design, draw with witnesses; its state and calendar."""
