"""Rules on whole sessions."""
