"""What a display or a tank should show, before a person says what it does."""
