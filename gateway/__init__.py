"""Keeps readings and gives them back."""
