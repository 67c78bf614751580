"""What programs get: documents with entity tags, figures, shapes and problem documents."""
