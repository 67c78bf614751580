"""What a meter behind a broker may name: payload formats, topics, and which meters collide."""
