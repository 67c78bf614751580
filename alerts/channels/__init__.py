"""The ways out for mails: what a channel promises, and SMTP."""
