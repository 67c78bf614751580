"""Serves what the other rooms know: REST, the pages, and who may see what."""
