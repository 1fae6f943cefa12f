"""Rules on what is recorded of transcripts: their integrity, and how far back they go."""
