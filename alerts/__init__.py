"""Judges what the figures say and tells people.

`rules` find, `evaluation` judges every due period once, `outbox` (in gateway) keeps what is to be said, `delivery`
says it.
"""
