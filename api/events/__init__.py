"""What happened to meters, what people are asked about it, and what they decide, with a trail."""
