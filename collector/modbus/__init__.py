"""Modbus: which registers to ask for in one request, how to ask, and what the answers mean."""
