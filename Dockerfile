# The image of the program vox itself. What it is made from is said in contracts/install/install-policy.yaml, and proved by
# `vox ci command-compliance`. Images of applications are made by `vox package`, without this file.

FROM --platform=$BUILDPLATFORM docker.io/library/node:22-bookworm-slim@sha256:43ac6c60b8f89723f746e8a92ce91abd5017e627ce1ddfe4238355d3a30b772c AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY scripts/build.mjs scripts/build.mjs
COPY src src
RUN node scripts/build.mjs && npm prune --omit=dev --ignore-scripts && mkdir -p /empty/cache /empty/data /empty/config

# No step runs in this stage, so that every platform is made without emulation.
FROM docker.io/library/node:22-bookworm-slim@sha256:43ac6c60b8f89723f746e8a92ce91abd5017e627ce1ddfe4238355d3a30b772c
ARG VERSION=dev
ARG SOURCE=""
ARG REVISION=""
LABEL org.opencontainers.image.title="vox" \
      org.opencontainers.image.description="Package manager and container deployer for Vox applications" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.source="${SOURCE}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.base.name="docker.io/library/node:22-bookworm-slim" \
      org.opencontainers.image.base.digest="sha256:43ac6c60b8f89723f746e8a92ce91abd5017e627ce1ddfe4238355d3a30b772c"
COPY --from=build /src/package.json /opt/vox-tool/package.json
COPY --from=build /src/node_modules /opt/vox-tool/node_modules
COPY --from=build /src/dist /opt/vox-tool/dist
COPY LICENSE README.md CHANGELOG.md /opt/vox-tool/
COPY contracts /opt/vox-tool/contracts
COPY --from=build --chown=65532:65532 /empty /var/lib/vox
ENV VOX_CACHE_DIR=/var/lib/vox/cache \
    VOX_DATA_DIR=/var/lib/vox/data \
    VOX_CONFIG_DIR=/var/lib/vox/config
WORKDIR /work
USER 65532:65532
HEALTHCHECK --interval=30s --timeout=5s --start-period=5s --retries=3 \
  CMD ["node", "/opt/vox-tool/dist/bin.js", "doctor", "--probe"]
ENTRYPOINT ["node", "/opt/vox-tool/dist/bin.js"]
CMD ["--help"]
