# The emulator, without the tools for tests. Credentials: MOCKGC_CLIENT_ID and MOCKGC_CLIENT_SECRET, else made up and printed.
FROM python:3.11-slim
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY mockgc mockgc
COPY migrator migrator
COPY conformance conformance
RUN python -m pip install --no-cache-dir ".[postgres]" && rm -rf /src/* && useradd --system --no-create-home mockgc
USER mockgc
WORKDIR /
ENV PYTHONUNBUFFERED=1
EXPOSE 8080 8081
HEALTHCHECK --interval=5s --timeout=2s --start-period=2s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/_mockgc/health', timeout=2)"]
CMD ["mockgc", "serve", "--host", "0.0.0.0", "--notifications-port", "8081"]
