"""What pages are made of: words, lights, charts, templates, static files, and what stands in for a page."""
