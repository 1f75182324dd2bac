"""What somebody said or clicked → what comes of it, a room for each surface.

A listener gets the desk and an ``Inbound`` and gives effects; it changes nothing itself.
"""
