# One image for every run mode: `collect`, `watch`, `serve`, `simulate` … are its command.
# The classic builder suffices. With wheels in deploy/wheels the build needs no network.
ARG BASE=python:3.11-slim-bookworm

FROM ${BASE} AS build
RUN python3 -m venv /opt/zaehlwerk
COPY deploy/wheels /wheels
RUN if ls /wheels/*.whl >/dev/null 2>&1; then \
        printf '[global]\nno-index = true\nfind-links = /wheels\n' >/opt/zaehlwerk/pip.conf; \
    fi
COPY requirements.lock /build/
RUN /opt/zaehlwerk/bin/pip install --no-cache-dir --require-hashes -r /build/requirements.lock
COPY pyproject.toml README.md /build/
COPY alerts /build/alerts
COPY analysis /build/analysis
COPY api /build/api
COPY collector /build/collector
COPY config /build/config
COPY gateway /build/gateway
COPY zaehlwerk /build/zaehlwerk
RUN /opt/zaehlwerk/bin/pip install --no-cache-dir --no-deps /build \
    && rm -f /opt/zaehlwerk/pip.conf

FROM ${BASE}
RUN groupadd --gid 10001 zaehlwerk \
    && useradd --uid 10001 --gid zaehlwerk --home-dir /state --no-create-home --shell /usr/sbin/nologin zaehlwerk \
    && mkdir /state /portfolio \
    && chown zaehlwerk:zaehlwerk /state
COPY --from=build /opt/zaehlwerk /opt/zaehlwerk
COPY deploy/healthcheck.py /opt/zaehlwerk/healthcheck.py
ENV PATH=/opt/zaehlwerk/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    ZAEHLWERK_STATE=/state \
    ZAEHLWERK_PORTFOLIO=/portfolio
USER zaehlwerk
WORKDIR /state
VOLUME ["/state"]
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "/opt/zaehlwerk/healthcheck.py"]
ENTRYPOINT ["zaehlwerk"]
