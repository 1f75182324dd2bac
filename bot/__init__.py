"""The upper floor: the command line, and in time Slack; stands on the index."""
