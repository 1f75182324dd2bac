"""A small workspace on this machine alone: a stand-in for Slack, for trying the bot and for the tests."""
