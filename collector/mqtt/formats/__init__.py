"""What payloads say, one module per family of senders; `table` lists them all."""
