"""The embedded TaskManager: an ASGI application on SQLite, apart from the rest of the house.

Doors: `app.create_app` (the application), `database.Database` (the file), `serve.serve` (over HTTP).
Inside, in the order of a request: `guard` (with `rate_limit`), `routes`, `body`, `fields`, then a room for each
matter (`task_types`, `tasks`, `claims`, `reports`, `listing`, `operator`, `workers`, `overview`, `changes`),
`long_poll` where they wait, `envelope`. Below them: `database`, `writer`, `loop_side`, `schema.sql`.
Beside them, the description of it all: `shapes`, `openapi`, `docs_page`.
"""
