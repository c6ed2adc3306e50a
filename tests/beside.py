"""Two at one record: the second begins while the first one's transaction is still open."""

from collections.abc import Callable
from threading import Event, Thread

from django.db import connection, transaction

from clinic.history.context import Context, acting


class Second:
    """Somebody who acts while the first one's transaction is still open."""

    def __init__(self, act: Callable[[], object]) -> None:
        self.act, self.began = act, Event()
        self.result: object = None
        self.thread = Thread(target=self.run)

    def run(self) -> None:
        try:
            with acting(Context(actor="system:test", actor_name="test", purpose="test")):
                self.began.set()
                self.result = self.act()
        except Exception as error:
            self.result = error
        finally:
            connection.close()

    def beside(self, first: Callable[[], object]) -> object:
        """What the second gets, who begins after the first has written and before the first commits."""
        with transaction.atomic():
            first()
            self.thread.start()
            self.began.wait()
            self.thread.join(0.5)
            assert self.thread.is_alive(), "the second did not wait for the first"
        self.thread.join()
        return self.result
