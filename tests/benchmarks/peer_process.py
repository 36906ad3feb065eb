"""One run of another queue, in an environment that has it: ``python peer_process.py PEER FOLDER TASKS THREADS``.

Stands alone, and imports nothing of ours. Puts tasks on a queue in the folder, has threads do them (they do nothing),
and prints the seconds from the start of the threads until the last task was acknowledged.
"""

import sys
import threading
import time
from pathlib import Path


class Countdown:
    """Tells when so many tasks are done."""

    def __init__(self, tasks):
        self.left = tasks
        self.over = threading.Event()
        self._lock = threading.Lock()

    def one(self):
        """A task is done."""
        with self._lock:
            self.left -= 1
            if self.left == 0:
                self.over.set()


def timed(threads, loop):
    """Seconds that it takes so many threads to come to the end of the loop."""
    crew = [threading.Thread(target=loop) for _ in range(threads)]
    began = time.perf_counter()
    for each in crew:
        each.start()
    for each in crew:
        each.join()
    return time.perf_counter() - began


def litequeue(folder, tasks, threads):
    from litequeue import LiteQueue

    path = str(folder / "tasks.sqlite3")
    queue = LiteQueue(path, timeout=60)
    for number in range(tasks):
        queue.put(str(number))

    def loop():
        own = LiteQueue(path, timeout=60)
        while (message := own.pop()) is not None:
            own.done(message.message_id)

    return timed(threads, loop)


def persistqueue(folder, tasks, threads):
    from persistqueue import Empty, SQLiteAckQueue

    queue = SQLiteAckQueue(str(folder), multithreading=True)
    for number in range(tasks):
        queue.put(number)

    def loop():
        while True:
            try:
                item = queue.get(block=False, raw=True)
            except Empty:
                return
            queue.ack(id=item["pqid"])

    return timed(threads, loop)


def huey(folder, tasks, threads):
    from huey import SqliteHuey

    queue = SqliteHuey("bench", filename=str(folder / "tasks.db"))
    done = Countdown(tasks)

    @queue.task()
    def nothing(number):
        done.one()

    for number in range(tasks):
        nothing(number)
    consumer = queue.create_consumer(workers=threads, periodic=False, check_worker_health=False)
    began = time.perf_counter()
    consumer.start()
    done.over.wait(120)
    seconds = time.perf_counter() - began
    consumer.stop(graceful=True)
    return seconds


def dramatiq_sqlite(folder, tasks, threads):
    import dramatiq
    from dramatiq_sqlite import SQLiteBroker

    broker = SQLiteBroker(url=str(folder / "tasks.db"))
    dramatiq.set_broker(broker)
    done = Countdown(tasks)

    class AfterAck(dramatiq.Middleware):
        def after_ack(self, broker, message):
            done.one()

    broker.add_middleware(AfterAck())

    @dramatiq.actor(max_retries=0)
    def nothing(number):
        pass

    for number in range(tasks):
        nothing.send(number)
    worker = dramatiq.Worker(broker, worker_threads=threads)
    began = time.perf_counter()
    worker.start()
    done.over.wait(120)
    seconds = time.perf_counter() - began
    worker.stop()
    return seconds


if __name__ == "__main__":
    run = {each.__name__: each for each in (litequeue, persistqueue, huey, dramatiq_sqlite)}[sys.argv[1]]
    print(run(Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])))
