"""``python -m opchat_cli``: the same as ``opchat``."""

from opchat_cli.group import main

main()
