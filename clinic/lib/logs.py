"""Structured logs: one JSON object a line, without personal data."""

import json
import logging
from datetime import UTC, datetime


class JsonFormatter(logging.Formatter):
    """Time, level, logger, message and the exception's type and place; never its arguments, which may hold names."""

    def format(self, record: logging.LogRecord) -> str:
        line = {"at": datetime.fromtimestamp(record.created, UTC).isoformat(), "level": record.levelname, "logger": record.name}
        line["message"] = record.getMessage() if record.exc_info is None else record.msg if isinstance(record.msg, str) else ""
        if record.exc_info and record.exc_info[0]:
            line["exception"] = record.exc_info[0].__name__
            line["traceback"] = self._places(record)
        return json.dumps(line, ensure_ascii=False)

    def _places(self, record: logging.LogRecord) -> str:
        places = []
        traceback = record.exc_info[2] if record.exc_info else None
        while traceback is not None:
            places.append(f"{traceback.tb_frame.f_code.co_filename}:{traceback.tb_lineno}")
            traceback = traceback.tb_next
        return " > ".join(places[-8:])
