"""Rules on files that calls touch."""
