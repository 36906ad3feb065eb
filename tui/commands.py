"""What a user can do on the screens, each command said once."""

from __future__ import annotations

from dataclasses import replace

from tui.command import Command

TASK_PANES = ("queue",)
LISTS = ("types", "queue", "workers", "worker", "results", "failures", "activity", "reports", "group")
WORKERS = ("workers", "worker")
MARKABLE = ("queue", "workers", "reports", "results")
FIELD = ("filter",)
IN_WHY = ("why",)
OUTCOMES = ("results", "failures", "activity", "throughput")

LIST = (
    Command("open", "enter", "Open", "Open what the cursor is on.", LISTS, footer=9, shown="⏎"),
    Command("mark", "space", "Mark", "Mark the row; actions are for all marked rows.", MARKABLE),
    Command("mark_all", "a", "Mark all", "Mark all loaded rows; again: all that match (queue), then none.", MARKABLE),
    Command("down", "down,j", "Down", "One row down.", movement=True, shown="↓ j"),
    Command("up", "up,k", "Up", "One row up.", movement=True, shown="↑ k"),
    Command("mark_down", "shift+down", "Mark down", "Mark the row and go down.", movement=True, shown="⇧↓"),
    Command("mark_up", "shift+up", "Mark up", "Mark the row and go up.", movement=True, shown="⇧↑"),
    Command("first", "home,g", "First row", "To the first row, and follow what is new.", movement=True, shown="g"),
    Command("last", "end,G", "Last row", "To the last row that the list holds.", movement=True, shown="G"),
    Command("page_down", "pagedown,ctrl+d", "Page down", "A page down.", movement=True, shown="PgDn"),
    Command("page_up", "pageup,ctrl+u", "Page up", "A page up.", movement=True, shown="PgUp"),
)
"""What every list can do."""

ALWAYS = -100
"""The ``footer`` of commands that the key bar never leaves out."""

HELP = Command("help", "question_mark,f1", "Help", "What this pane is, and every key.", footer=ALWAYS, shown="?")
QUIT = Command(
    "quit", "q", "Quit", "Stop all and leave; what is in hand can be finished.", footer=ALWAYS, does="app.quit"
)
TIMES = Command("times", "u", "Times", "Tell times in UTC, in local time, or as ages.", does="app.times")
FREEZE = Command("freeze", "f", "Freeze", "Hold the picture still; work goes on.")
THEME = Command("theme", "", "Theme", "Choose the colours.", does="app.change_theme")
BACK = Command("back", "escape", "Back", "Back to the board.", footer=1, shown="esc")
RETRY = Command(
    "retry",
    "r",
    "Retry",
    "Make failed or cancelled tasks pending again, with all their attempts.",
    ("queue", "failures", "task", "group"),
    footer=2,
)
RELEASE = Command("release", "l", "Release", "Make a claimed task pending again.", ("queue", "task"), footer=18,
                  ranks=(("queue", 7),))  # fmt: skip
CANCEL = Command(
    "cancel", "C", "Cancel", "End a task that is not finished; Retry makes it pending again.", ("queue", "task"), 19,
    ranks=(("queue", 5),), destructive=True,
)  # fmt: skip
CLONE = Command(
    "clone",
    "e",
    "Clone and edit",
    "A new task with the same parameters, to edit; of several marked ones: copies.",
    ("queue", "task"),
)
DELETE = Command(
    "delete", "D", "Delete", "Remove a task that nobody works on, for good.", ("queue", "task"), 20, destructive=True
)
COPY = Command(
    "copy",
    "y",
    "Copy id",
    "Copy the id, or those of all marked rows (results: the address).",
    ("queue", "failures", "results", "task", "group", "idea"),
)
CANARY = Command(
    "canary", "c", "Try one first", "Retry one of them and watch it; then the others are offered.",
    ("failures", "group"), footer=1, brief="Try one",
)  # fmt: skip
EXPORT = Command("export", "E", "Export", "Write results, or the activity log, to a file.", ("results", "activity"), 10)
WHY = Command(
    "why",
    "w",
    "Why?",
    "Why the task is not done: all causes, with what helps; again or esc: close.",
    footer=13,
    near=("queue", "task", "failures", "group", "workers", "worker"),
    brief="Why",
)
WHY_NOTHING = Command("why_nothing", "W", "Why is nothing happening", "What keeps the whole system, and what is stuck.")

BOARD = (
    Command("start", "s", "Start", "Start workers on this machine; in pane 1 for the type there.", footer=7,
            near=("workers", "types"), ranks=(("queue", 8),)),
    Command("pause", "p", "Pause", "Claim nothing more, tasks in hand finish; again: resume.", (), 8, ("workers",)),
    Command("stop", "x", "Stop", "Stop workers; tasks in hand finish.", footer=6, near=("workers",),
            ranks=(("queue", 7),)),
    Command("stop_now", "X", "Stop now", "Stop workers and give back what they hold.", footer=6, near=("workers",),
            ranks=(("queue", 7),), destructive=True),
    Command("stop_all", "", "Stop all workers", "Also where one is chosen; tasks in hand finish.", ("workers",)),
    Command("strategy", "t", "Strategy", "What workers claim first: the oldest first (FIFO), the newest first (LIFO), "
            "or the most urgent first (PRIORITY).", footer=10, near=("workers",), ranks=(("queue", 6),)),
    Command("step", "full_stop", "One task", "A paused worker does one task, no more.", (), 16, WORKERS, shown="."),
    Command("concurrency", "c", "Tasks at once", "How many tasks a worker may have in hand.", WORKERS, 17),
    Command("restart", "r", "Start again", "Start a worker that crashed or stopped again.", WORKERS, 8),
    Command("scale_up", "plus", "One worker more", "Start one like the one under the cursor, or like all.", shown="+"),
    Command("scale_down", "minus", "One worker fewer", "Stop one of its kind, an idle one first.", shown="-"),
    Command("new_task", "n", "New task", "Create a task.", footer=5, near=("types",), shown="n", brief="New"),
    RETRY,
    RELEASE,
    CANCEL,
    DELETE,
    CLONE,
    COPY,
    CANARY,
    WHY,
    WHY_NOTHING,
    EXPORT,
    Command("level", "v", "Levels", "Show all levels; warnings and errors; errors only.", ("activity",), footer=2),
    Command("range", "v", "Range", "Show 5 minutes, 1 hour, or all.", ("throughput",), footer=2),
    Command("filter", "slash", "Filter", "Narrow the queue, the results or the activity.", (), 4, shown="/"),
    Command("keep", "enter", "Keep filter", "Hide the field; the filter stays.", FIELD, 1, movement=True, shown="⏎"),
    Command("drop", "escape", "Clear filter", "Show the whole queue.", FIELD, 1, movement=True, shown="esc"),
    Command("older_filter", "up", "Filter before", "A filter that was kept before.", FIELD, movement=True, shown="↑"),
    Command("newer_filter", "down", "Filter after", "A filter that was kept later.", FIELD, movement=True, shown="↓"),
    Command("sort", "O", "Sort", "Order what is shown: newest, oldest, priority, age, attempts or type first.",
            TASK_PANES, 17),
    Command("columns", "v", "Columns", "Choose the columns of the queue.", TASK_PANES),
    Command("clear", "escape", "Clear", "Clear marks, the filter, or maximising.", footer=3, shown="esc",
            ranks=(("queue", 1), ("results", 1), ("activity", 1))),
    Command("go_types", "1", "Task types", "Go to the task types.", shown="1", does="pane('types')"),
    Command("go_queue", "2", "Queue", "Go to the queue.", shown="2", does="pane('queue')"),
    Command("go_workers", "3", "Workers", "Go to the workers.", shown="3", does="pane('workers')"),
    Command("outcomes", "4", "Results", "Go to pane 4 as it is; again: to its next tab.", shown="4"),
    Command("go_results", "", "Show results", "Ideas that were saved, newest first.", does="pane('results')"),
    Command("go_failures", "F", "Failures", "Go to the failed tasks, grouped by error.", (), 12,
            shown="F", does="pane('failures')"),
    Command("go_stuck", "S", "Show stuck", "Narrow the queue to the tasks that are stuck.", (), 12, IN_WHY, shown="S",
            brief="Stuck"),
    Command("go_activity", "", "Show activity", "What happened, newest first.", does="pane('activity')"),
    Command("go_throughput", "", "Show throughput", "Tasks that ended, a second.", does="pane('throughput')"),
    Command("next_tab", "right", "Next tab", "The next tab of pane 4.", OUTCOMES, movement=True, shown="→"),
    Command("previous_tab", "left", "Previous tab", "The tab before.", OUTCOMES, movement=True, shown="←"),
    Command("next_pane", "tab", "Next pane", "Go to the next pane.", movement=True),
    Command("previous_pane", "shift+tab", "Previous pane", "Go to the pane before.", movement=True, shown="⇧tab"),
    Command("reports", "o", "Reports aside", "Reports that were not taken: send them again or discard them."),
    Command("register_types", "", "Register types", "Task types from a JSON file; shows first what that changes."),
    Command("maximise", "z", "Maximise", "Give the whole screen to this pane; again: back."),
    FREEZE,
    TIMES,
    THEME,
    HELP,
    QUIT,
)  # fmt: skip
"""What the board can do."""

ELSEWHERE = frozenset(
    [
        "start",
        "pause",
        "stop",
        "stop_now",
        "strategy",
        "scale_up",
        "scale_down",
        "new_task",
        "export",
        "level",
        "range",
        "filter",
        "sort",
        "columns",
        "clear",
        "go_types",
        "go_queue",
        "go_workers",
        "outcomes",
        "go_results",
        "go_failures",
        "go_activity",
        "go_throughput",
        "go_stuck",
        "register_types",
        "next_tab",
        "previous_tab",
        "next_pane",
        "previous_pane",
        "reports",
        "why_nothing",
        "maximise",
        "freeze",
        "times",
        "help",
        "quit",
    ]
)
"""Ids of commands of the board that have nothing to do with the row under the cursor."""

READING = (
    Command("fold", "enter,space", "Fold", "Fold or unfold the section or value; show a long text whole.", shown="⏎"),
    Command("more", "m", "More", "Read more of a long section.", footer=9),
    Command("fold_all", "minus", "Fold all", "Fold all sections; again: unfold them.", shown="-"),
    Command("down", "down,j", "Down", "One row down.", movement=True, shown="↓ j"),
    Command("up", "up,k", "Up", "One row up.", movement=True, shown="↑ k"),
    Command("fold_in", "left", "Fold", "Fold; on what is folded: to what it is in.", movement=True, shown="←"),
    Command("unfold", "right", "Unfold", "Unfold, else one row down.", movement=True, shown="→"),
    Command("next_section", "tab", "Next section", "To the next heading.", movement=True),
    Command("previous_section", "shift+tab", "Section before", "To the heading before.", movement=True, shown="⇧tab"),
    Command("first", "home,g", "First row", "To the top.", movement=True, shown="g"),
    Command("last", "end,G", "Last row", "To the last row that is read.", movement=True, shown="G"),
    Command("page_down", "pagedown,ctrl+d", "Page down", "A page down.", movement=True, shown="PgDn"),
    Command("page_up", "pageup,ctrl+u", "Page up", "A page up.", movement=True, shown="PgUp"),
)
"""What can be done where sections are read."""

SCROLL = tuple(each for each in READING if each.id in [other.id for other in LIST])
"""How one moves in a text that scrolls: with the keys of a list."""

TASK = (
    BACK,
    WHY,
    RETRY,
    RELEASE,
    CANCEL,
    DELETE,
    CLONE,
    Command("find", "slash", "Search", "Search all sections, folded or not.", footer=2, shown="/"),
    Command("next_hit", "n", "Next place", "To the next place of what was searched for.", footer=10),
    Command("previous_hit", "N", "Place before", "To the place before."),
    Command("copy", "y", "Copy…", "Copy the id, JSON, or a curl command that reads or retries the task.", footer=3),
    Command("copy_json", "Y", "Copy JSON", "Copy everything that is known of the task, as JSON."),
    Command("save", "S", "Save section", "Save the section under the cursor to a file in this folder.", footer=12),
    Command("reveal", "", "Show secrets", "Show masked values on this screen; again: hide them."),
    Command(
        "next_task", "right_square_bracket,J", "Next task", "The next task of the queue as it is shown.", shown="]"
    ),
    Command("previous_task", "left_square_bracket,K", "Task before", "The task above it in the queue.", shown="["),
    TIMES,
    THEME,
    HELP,
    QUIT,
)
"""What the screen of a task can do."""

IDEA = (
    BACK,
    Command("open_origin", "t,enter", "Open task", "Open the task that saved it.", footer=2),
    COPY,
    Command("copy_json", "Y", "Copy JSON", "Copy everything that it says, as JSON.", footer=3),
    Command("reveal", "", "Show secrets", "Show masked values on this screen; again: hide them."),
    HELP,
    QUIT,
)
"""What the screen of a saved idea can do."""

GROUP = (BACK, CANARY, RETRY, WHY, COPY, HELP, QUIT)
"""What the screen of failures of one kind can do."""

TASK_TYPE = (
    BACK,
    Command("new_of_type", "n", "New task", "Create a task of this type.", footer=2, brief="New"),
    Command("go_versions", "V", "Versions", "What it was before, version by version; again: to the top.", footer=2),
    Command("narrow", "slash", "Filter", "Narrow the queue to this type.", footer=3, shown="/"),
    Command("start_for", "s", "Start", "Start workers for this type.", footer=4),
    Command("raw_schema", "J", "JSON Schema", "The schema itself, and older ones; again: as a table.", footer=5,
            brief="JSON"),
    Command("copy_schema", "y", "Copy schema", "Copy the JSON Schema.", footer=6),
    HELP,
    QUIT,
)  # fmt: skip
"""What the screen of a task type can do."""

REPORTS = (
    BACK,
    Command("send_again", "s", "Send again", "Read the task, and send the report if the claim still holds.", footer=2),
    Command("discard", "D", "Discard", "Delete a report for good; saved results stay.", footer=3, destructive=True),
    TIMES,
    THEME,
    HELP,
    QUIT,
)
"""What the screen of the reports that are kept aside can do."""

BULK = (
    BACK,
    Command("carry_out", "y", "Carry out", "Do what the dry run says.", footer=2),
    Command("force", "F", "Live owners too", "Release also tasks whose owner may be alive; again: not.", footer=4),
    Command("more_copies", "plus", "One copy more", "One copy more of each task.", footer=6, shown="+"),
    Command("fewer_copies", "minus", "One copy fewer", "One copy fewer of each task.", footer=7, shown="-"),
    Command("change", "e", "How copies differ", "Choose the parameters that copies have otherwise.", footer=4),
    Command("undo", "u", "Undo", "Delete the tasks that were created, after a dry run.", footer=3),
    Command("look_again", "R", "Look again", "Make the dry run anew.", footer=9),
    Command("export_json", "J", "Export JSON", "Write the list to a file here.", footer=8, does="export('json')"),
    Command("export_csv", "V", "Export CSV", "Write the list to a file here.", footer=8, does="export('csv')"),
    Command("copy_ledger", "Y", "Copy JSON", "Copy the list as JSON.", footer=10),
    HELP,
    QUIT,
)  # fmt: skip
"""What the screen of an action on many tasks can do."""


WORKER = (
    BACK,
    WHY,
    *(each for each in BOARD if each.id in ("pause", "stop", "stop_now", "strategy", "step", "concurrency", "restart")),
    Command("copy", "y", "Copy id", "Copy the id of the worker."),
    HELP,
    QUIT,
)
"""What the screen of a worker can do."""
WHY_PANEL = (
    Command("close_why", "escape,w", "Close", "Close the panel.", IN_WHY, footer=1, shown="esc"),
    Command("mend", "enter", "Do it", "Do what helps: that under the cursor, or by its number (1 to 9) any.", IN_WHY,
            footer=2, shown="⏎ 1-9"),
    Command("copy_why", "y", "Copy", "Copy all that it says, as text.", IN_WHY, footer=3),
    Command("copy_why_json", "Y", "Copy JSON", "Copy all that it says, as JSON.", IN_WHY, footer=13),
    Command("leave_why", "tab,shift+tab", "To the list", "Go to the list; the panel follows its cursor.", IN_WHY, 15),
    *(replace(each, panes=IN_WHY) for each in LIST if each.movement and each.id not in ("mark_down", "mark_up")),
)  # fmt: skip
"""What can be done in the panel that tells why a task is not done."""

WHY_ON_BOARD = (
    Command("why_next", "right_square_bracket,J", "Next row", "The row below, and why.", IN_WHY, 4, shown="]"),
    Command("why_previous", "left_square_bracket,K", "Row before", "The row above, and why.", IN_WHY, shown="["),
)
"""The same for the list that the panel stands below or beside."""
