"""Simulated meters that speak real protocols on the addresses that a portfolio names."""

from collector.simulation.simulation import Simulation

__all__ = ["Simulation"]
