"""Finds or starts the real servers that tests and benchmarks talk to.

Tried in this order: an address in the environment, a Docker engine that answers, a program on this machine.
A server that cannot be had skips loudly, and fails where `CI=true`.
"""
