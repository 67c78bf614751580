# Stands in for influxdb:2.7: the same user, folders and first set-up.
ARG BASE
FROM ${BASE}
RUN groupadd --system --gid 1000 influxdb \
    && useradd --system --uid 1000 --gid influxdb --shell /usr/sbin/nologin influxdb \
    && mkdir -p /var/lib/influxdb2 /etc/influxdb2 \
    && chown influxdb:influxdb /var/lib/influxdb2 /etc/influxdb2
COPY influxd /usr/local/bin/influxd
COPY influx-entrypoint.py /entrypoint.py
VOLUME ["/var/lib/influxdb2", "/etc/influxdb2"]
USER influxdb
EXPOSE 8086
ENTRYPOINT ["python3", "/entrypoint.py"]
