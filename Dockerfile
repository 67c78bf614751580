# One image for every run mode: `collect`, `watch`, `serve`, `simulate` … are its command.
# The classic builder suffices. With wheels in deploy/wheels the build needs no network.
ARG BASE=python:3.11-slim-bookworm

FROM ${BASE} AS dependencies
RUN python3 -m venv /opt/zaehlwerk
COPY deploy/wheels /wheels
RUN if ls /wheels/*.whl >/dev/null 2>&1; then \
        printf '[global]\nno-index = true\nfind-links = /wheels\n' >/etc/pip.conf; \
    fi
COPY requirements.lock /
RUN /opt/zaehlwerk/bin/pip install --no-cache-dir --require-hashes -r /requirements.lock

FROM dependencies AS build
COPY pyproject.toml README.md /build/
COPY alerts /build/alerts
COPY analysis /build/analysis
COPY api /build/api
COPY collector /build/collector
COPY config /build/config
COPY gateway /build/gateway
COPY zaehlwerk /build/zaehlwerk
RUN /opt/zaehlwerk/bin/pip wheel --no-cache-dir --no-deps --wheel-dir /dist /build

FROM ${BASE}
RUN groupadd --gid 10001 zaehlwerk \
    && useradd --uid 10001 --gid zaehlwerk --home-dir /state --no-create-home --shell /usr/sbin/nologin zaehlwerk \
    && mkdir /state /portfolio \
    && chown zaehlwerk:zaehlwerk /state
ENV PATH=/opt/zaehlwerk/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    ZAEHLWERK_STATE=/state \
    ZAEHLWERK_PORTFOLIO=/portfolio
WORKDIR /state
VOLUME ["/state"]
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "/opt/zaehlwerk/healthcheck.py"]
ENTRYPOINT ["zaehlwerk"]
# What rarely changes comes first: a change of the program alone copies no dependency again.
COPY --from=dependencies /opt/zaehlwerk /opt/zaehlwerk
COPY deploy/healthcheck.py /opt/zaehlwerk/healthcheck.py
COPY --from=build /dist /dist
RUN /opt/zaehlwerk/bin/pip install --no-cache-dir --no-deps --no-index /dist/*.whl
USER zaehlwerk
