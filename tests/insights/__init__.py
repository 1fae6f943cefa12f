"""What patterns see in made-up sessions, and what a review makes of it."""
