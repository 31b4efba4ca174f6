"""The keys with which the console signs: the worker's too, which signs the links in mails."""

from config.keys import BadLink, Keys, keys_for

__all__ = ["BadLink", "Keys", "keys_for"]
