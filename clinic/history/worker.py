"""Names the actor of every background task: `system:<task>`, so that history says which job wrote a row."""

from collections.abc import Awaitable, Callable
from typing import Any

from clinic.history.context import Context, acting


def name_task(call_next: Callable[[], Any], context: Any, worker: Any) -> Any:
    """Middleware of plain tasks."""
    with acting(_of(context)):
        return call_next()


async def name_async_task(call_next: Callable[[], Awaitable[Any]], context: Any, worker: Any) -> Any:
    """Middleware of async tasks."""
    with acting(_of(context)):
        return await call_next()


def _of(context: Any) -> Context:
    name = f"system:{context.task.name if context.task else context.job.task_name}"
    return Context(actor=name, actor_name=name, actor_role="system", purpose="operation")
