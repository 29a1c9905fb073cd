FROM python:3.13-slim-bookworm AS build
RUN python -m venv /venv
WORKDIR /src
COPY requirements.txt ./
RUN /venv/bin/pip install --no-cache-dir --require-hashes -r requirements.txt
COPY pyproject.toml README.md LICENSE ./
COPY wyoming_tts ./wyoming_tts
RUN /venv/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.13-slim-bookworm
# The user owns /data before it becomes a volume, so that a new volume belongs to it too.
RUN useradd --system --uid 10210 --user-group --home-dir /data --create-home --shell /usr/sbin/nologin wyoming-tts
COPY --from=build /venv /venv
COPY LICENSE /usr/share/doc/wyoming-tts/LICENSE
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1
USER wyoming-tts
WORKDIR /data
VOLUME /data
EXPOSE 10210
# Answers under way may speak for server.drain_s = 20 s more; Docker waits 10 s unless told `--stop-timeout 30`.
STOPSIGNAL SIGTERM
# Asks where the environment says that the server listens (tcp:// only); a port from a settings file is not seen here.
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s \
  CMD ["python", "-c", "import os, socket; port = os.environ.get('WYOMING_TTS_SERVER__URI', '').rpartition(':')[2] or 10210; s = socket.create_connection(('127.0.0.1', int(port)), 5); s.sendall(b'{\"type\": \"describe\"}\\n'); raise SystemExit(b'\"info\"' not in s.makefile('rb').readline())"]
# Flags of `docker run IMAGE ...` are added to these.
ENTRYPOINT ["wyoming-tts", "serve", "--data-dir", "/data"]
