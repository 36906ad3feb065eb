"""The worker system, with no idea that a screen exists.

Ground floor: `models` (what flows), `errors`, `events` (what can happen), `snapshot` (what can be seen), `config`.
Rooms: `taskmanager` (where tasks live, seen from our side), `server` (the embedded TaskManager),
`workers` (turning tasks into results), `sources` (where content comes from), `results` (what was found).
Wiring: `engine` puts the rooms together, `host` runs it on a thread of its own, `verbs` is the front door.
"""
