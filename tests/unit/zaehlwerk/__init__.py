"""Pure tests of the room `zaehlwerk`."""
