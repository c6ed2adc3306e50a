# Two stages: build what the image needs with the whole tool chain, then keep only what runs.
FROM python:3.12-slim-bookworm AS build
ENV UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1 PATH=/app/.venv/bin:$PATH
RUN pip install --no-cache-dir uv
WORKDIR /app
COPY pyproject.toml uv.lock README.md ./
RUN uv sync --frozen --no-dev
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN npm run assets && python bin/messages.py compile
RUN DEBUG=false SECRET_KEY=only-for-collecting-the-static-files-of-this-image ALLOWED_HOSTS=localhost DATABASE_URL=postgresql://nobody@/none \
    python manage.py collectstatic --noinput -i 'vendor/icons/*' && rm -rf node_modules

FROM python:3.12-slim-bookworm
RUN apt-get update && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core \
    && rm -rf /var/lib/apt/lists/* && useradd --system --uid 10001 --home /var/lib/clinic --create-home clinic \
    && install -d -o clinic -g clinic /var/lib/clinic/files
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 FILES_DIR=/var/lib/clinic/files
USER clinic
EXPOSE 8000
CMD ["granian", "clinic.wsgi:application", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", "--blocking-threads", "8", "--no-ws", "--respawn-failed-workers", "--log-level", "warning"]
