"""Rules on PowerShell lines."""
