"""Background work of the legal desk."""

from procrastinate.contrib.django import app

from exports.legal import indexing

BATCH, BATCHES = 20_000, 50


@app.periodic(cron="* * * * *", periodic_id="index_history")
@app.task(name="index_history", queueing_lock="index_history")
def index_history(timestamp: int) -> int:
    """Let the search of history know what the ledger has gained, and mark by today's program what an older one has read."""
    read = indexing.catch_up(size=BATCH, batches=BATCHES)
    indexing.mark_anew()
    return read
