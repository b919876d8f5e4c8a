"""The pages of the duty office."""
