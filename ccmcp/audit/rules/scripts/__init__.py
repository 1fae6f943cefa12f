"""Rules on whole shell texts."""
