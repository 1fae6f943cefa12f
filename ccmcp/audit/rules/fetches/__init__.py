"""Rules on what is asked of the net."""
