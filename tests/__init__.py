"""What proves that Zählwerk does what it says, by the kind of proof."""
