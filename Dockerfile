# syntax=docker/dockerfile:1
FROM python:3.11-slim-trixie@sha256:9c900dea9e8fb7e16277c179b555cc72d29a352dbc33cff48ad5a0412fd5bfc7 AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /build
RUN python -m venv /opt/lineward
COPY pyproject.toml requirements/service.txt LICENSE README.md ./
COPY graph_schema graph_schema
COPY ingest_hooks ingest_hooks
COPY reports reports
COPY catalog catalog
RUN /opt/lineward/bin/python -m pip install --require-hashes --no-deps --only-binary :all: --requirement service.txt \
 && /opt/lineward/bin/python -m pip install --no-deps --no-build-isolation .

FROM python:3.11-slim-trixie@sha256:9c900dea9e8fb7e16277c179b555cc72d29a352dbc33cff48ad5a0412fd5bfc7
LABEL org.opencontainers.image.title="Lineward" org.opencontainers.image.licenses="Apache-2.0"
RUN groupadd --system --gid 10001 lineward \
 && useradd --system --uid 10001 --gid lineward --home-dir /var/lib/lineward --shell /usr/sbin/nologin lineward \
 && install --directory --owner lineward --group lineward --mode 0700 /var/lib/lineward
COPY --from=build /opt/lineward /opt/lineward
ENV PATH=/opt/lineward/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
    LINEWARD_DATA_DIR=/var/lib/lineward LINEWARD_HOST=0.0.0.0 LINEWARD_PORT=8080
USER 10001:10001
WORKDIR /var/lib/lineward
VOLUME /var/lib/lineward
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=6 \
  CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8080/health/ready', timeout=4)"]
ENTRYPOINT ["lineward"]
CMD ["serve"]
