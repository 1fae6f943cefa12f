"""The rules on what strangers wrote and a tool handed to the model."""
