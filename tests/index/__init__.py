"""The index's invariants, through the surface that tools use and through real processes."""
