"""Real protocols and real servers on the loopback interface."""
