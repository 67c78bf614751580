"""The commands, one module per noun. What costs time to import is imported inside the command that needs it."""
