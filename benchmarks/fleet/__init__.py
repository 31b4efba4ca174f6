"""Many workers on one ledger and one engine: restarted one after the other while reminders fall due."""
