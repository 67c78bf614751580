"""Ways to simulated devices: TCP, RTU frames through TCP, datagrams, a serial line."""
