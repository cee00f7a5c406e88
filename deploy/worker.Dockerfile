# syntax=docker/dockerfile:1
# A worker, one target a device:
#   docker build --file deploy/worker.Dockerfile --target cuda --tag pathsweep-worker:cuda .
#   docker build --file deploy/worker.Dockerfile --target cpu  --tag pathsweep-worker:cpu .
# pip's default wheel of LibTorch is the one for CUDA, and `cuda` needs no other base image:
# the container runtime brings the driver. A slim `cpu` takes PyTorch's CPU index:
#   --build-arg PIP_EXTRA_INDEX_URL=…
FROM debian:bookworm-slim AS build
ARG PIP_INDEX_URL
ARG PIP_EXTRA_INDEX_URL
WORKDIR /pathsweep
COPY deploy/setup.sh deploy/packages.sh deploy/
RUN deploy/setup.sh --packages-only
COPY . .
RUN --mount=type=cache,target=/root/.cache/ccache --mount=type=cache,target=/root/.cache/pip \
    deploy/setup.sh --no-packages
RUN deploy/collect_runtime.sh /opt/pathsweep \
    build/release/bin/sweep-worker build/release/bin/train_local \
    build/release/bin/inspect_checkpoint build/release/bin/sweepctl

FROM debian:bookworm-slim AS runtime
LABEL org.opencontainers.image.title="Pathsweep worker" \
      org.opencontainers.image.description="Trains the trials that a coordinator gives it" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /opt/pathsweep /opt/pathsweep
# hadolint ignore=DL3008  # the versions are those that the build stage linked
RUN apt-get update \
    && xargs -a /opt/pathsweep/packages apt-get install -y --no-install-recommends \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 pathsweep
ENV PATH=/opt/pathsweep/bin:$PATH \
    LD_LIBRARY_PATH=/opt/pathsweep/lib \
    PATHSWEEP_SERVER=coordinator:7070
USER 10001
# Healthy while the coordinator hears from this container.
HEALTHCHECK --interval=30s --timeout=6s --start-period=30s \
    CMD ["bash", "-c", "sweepctl workers --output csv | grep -q \"^$HOSTNAME-.*,yes,\""]
ENTRYPOINT ["sweep-worker"]

FROM runtime AS cpu
CMD ["--device", "cpu"]

FROM runtime AS cuda
ENV NVIDIA_VISIBLE_DEVICES=all \
    NVIDIA_DRIVER_CAPABILITIES=compute,utility
# A wheel without CUDA would only be found out when the worker starts.
RUN test -e /opt/pathsweep/lib/libtorch_cuda.so
CMD ["--device", "cuda:0"]
