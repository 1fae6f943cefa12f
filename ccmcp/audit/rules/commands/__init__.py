"""Rules on simple commands."""
