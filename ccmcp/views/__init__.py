"""How answers read: for a model as lean text, for a person in a terminal, as CSV. Pure."""
