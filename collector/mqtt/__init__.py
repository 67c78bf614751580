"""MQTT: what arrives on which topic, what the payload says, and when the broker may forget it."""
