"""What people get to read: the content of a message, its words by language, the mail that it becomes."""
