"""Photos of displays: recognised by their content, freed of what they tell about place and owner, kept by hash."""

from gateway.photos.folder import LARGEST_PHOTO_BYTES, KeptPhoto, PhotoFolder

__all__ = ["LARGEST_PHOTO_BYTES", "KeptPhoto", "PhotoFolder"]
