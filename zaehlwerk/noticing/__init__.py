"""What taking readings in brings to light, told as events of the meters: contradictions, and times to come."""
