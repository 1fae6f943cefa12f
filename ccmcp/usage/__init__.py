"""Counted responses -> tokens and money, by whatever they are grouped by. Pure: no files but its own table, no clock."""
