"""Case files: opened, read, their facts, tasks and words."""
