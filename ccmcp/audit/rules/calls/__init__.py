"""Rules on calls of any tool."""
