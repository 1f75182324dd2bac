# Build stage: has torch, exports the model once.
FROM python:3.11-slim AS export
WORKDIR /src
COPY constraints.txt ./
RUN pip install --no-cache-dir --index-url https://download.pytorch.org/whl/cpu torch==2.13.0
COPY pyproject.toml README.md LICENSE ./
COPY bot bot
COPY index index
RUN pip install --no-cache-dir --constraint constraints.txt ".[export]"
RUN python -c "from pathlib import Path; from index.models import DEFAULT, ensure; ensure(Path('/models'), DEFAULT, 'float32')"

# Final stage: the serving set alone, nobody's user, one writable volume.
FROM python:3.11-slim
WORKDIR /app
COPY constraints-serving.txt pyproject.toml README.md LICENSE ./
COPY bot bot
COPY index index
RUN pip install --no-cache-dir --constraint constraints-serving.txt . && useradd --system --uid 10001 dispatchbox \
    && mkdir /data && chown dispatchbox /data
COPY --from=export --chmod=a+rX /models /models
COPY briefings /briefings
USER dispatchbox
ENV DISPATCHBOX_MODELS=/models DISPATCHBOX_DATA=/data DISPATCHBOX_BRIEFINGS=/briefings PYTHONUNBUFFERED=1
VOLUME /data
HEALTHCHECK --interval=60s --timeout=15s --start-period=60s CMD ["dispatchbox", "check"]
ENTRYPOINT ["dispatchbox"]
CMD ["run"]
