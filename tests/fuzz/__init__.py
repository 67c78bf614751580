"""Feeds every decoder and parser damaged input for as long as one likes: `make fuzz ARGS="--seconds 600"`."""
