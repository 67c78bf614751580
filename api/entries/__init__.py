"""What people write down: displays, deliveries, exchanges, photos, each checked, durable and with its trail."""
