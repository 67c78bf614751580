"""What simulated senders write into payloads, one module per family; `table` lists them all."""
