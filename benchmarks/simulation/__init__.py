"""Decades on one seeded thread: the real rules, workflows, ledger, desk and dispatcher in a made-up world."""
