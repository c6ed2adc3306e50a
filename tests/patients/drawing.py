"""A drawn signature as the widget sends it."""

import base64
import json
from io import BytesIO

from PIL import Image, ImageDraw


def drawn_signature() -> dict[str, str]:
    """The two hidden fields of the signature widget after one wavy stroke."""
    points = [(10 + 12 * step, 60 + (25 if step % 2 else -25)) for step in range(14)]
    picture = Image.new("RGBA", (300, 120))
    ImageDraw.Draw(picture).line(points, fill="#0b1f4d", width=2)
    buffer = BytesIO()
    picture.save(buffer, "PNG")
    stroke = {"points": [{"x": x, "y": y, "time": 1000 + index, "pressure": 0.5} for index, (x, y) in enumerate(points)], "penColor": "#0b1f4d"}
    return {
        "signature_strokes": json.dumps([stroke]),
        "signature_image": "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode(),
    }
