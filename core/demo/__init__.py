"""The demo: a seeded feed of tasks, and a source with believable pace and planted faults."""
