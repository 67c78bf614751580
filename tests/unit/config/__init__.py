"""Pure tests of the room `config`."""
