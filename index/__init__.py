"""The lower floor: knows policy and nothing of Slack."""
