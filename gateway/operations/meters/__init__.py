"""What is known of meters beside their readings: events, notes, replaced values, photos of displays."""
