"""`python -m zaehlwerk` is `zaehlwerk`."""

from zaehlwerk.command_line import main

main()
