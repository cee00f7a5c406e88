# syntax=docker/dockerfile:1
# The coordinator, with sweepctl for its health check and for a shell in the container:
#   docker build --file deploy/coordinator.Dockerfile --tag pathsweep-coordinator .
FROM debian:bookworm-slim AS build
WORKDIR /pathsweep
COPY deploy/setup.sh deploy/packages.sh deploy/
RUN deploy/setup.sh --packages-only
COPY . .
RUN --mount=type=cache,target=/root/.cache/ccache \
    deploy/setup.sh --no-packages -DPATHSWEEP_PARTS=service
RUN deploy/collect_runtime.sh /opt/pathsweep build/release/bin/sweepd build/release/bin/sweepctl

FROM debian:bookworm-slim
LABEL org.opencontainers.image.title="Pathsweep coordinator" \
      org.opencontainers.image.description="Schedules trials of sweeps and keeps their results" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /opt/pathsweep /opt/pathsweep
# hadolint ignore=DL3008  # the versions are those that the build stage linked
RUN apt-get update \
    && xargs -a /opt/pathsweep/packages apt-get install -y --no-install-recommends gnuplot-nox \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 pathsweep \
    && install -d -o pathsweep /results
ENV PATH=/opt/pathsweep/bin:$PATH \
    PATHSWEEP_SERVER=127.0.0.1:7070
USER 10001
VOLUME /results
EXPOSE 7070
HEALTHCHECK --interval=10s --timeout=6s --start-period=20s CMD ["sweepctl", "list"]
ENTRYPOINT ["sweepd"]
CMD ["--listen", "0.0.0.0:7070", "--database", "/results/results.db"]
