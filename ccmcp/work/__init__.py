"""What one session did: its conversations, turns, what calls and results cost there. Pure."""
