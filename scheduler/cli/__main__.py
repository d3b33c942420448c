"""Run the command line as ``python -m scheduler.cli``."""

from __future__ import annotations

from scheduler.cli import main

main()
