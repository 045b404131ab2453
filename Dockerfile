# Carrel's image: Node, the bundled server, the web app. It needs a Postgres of its own (DATABASE_URL).
# Build it with the classic builder or BuildKit:  docker build -t carrel .
# Behind a registry mirror or a proxy with a certificate of its own:
#   --build-arg NODE_IMAGE=mirror.example/node:24-bookworm-slim    a base image that knows your certificates
#   --build-arg NPM_REGISTRY=https://npm.example/                  another npm registry
#   --build-arg HTTPS_PROXY=http://proxy.example:3128              known to every builder
ARG NODE_IMAGE=node:24-bookworm-slim

# The manifests alone, so that the layer with the dependencies lives until one of them changes.
FROM ${NODE_IMAGE} AS manifests
WORKDIR /src
COPY . .
LABEL org.carrel.stage=build
RUN mkdir /manifests \
  && find . \( -name package.json -o -name 'pnpm-*.yaml' -o -name '*.patch' \) -exec cp --parents {} /manifests/ \;

FROM ${NODE_IMAGE} AS build
ARG NPM_REGISTRY=https://registry.npmjs.org/
LABEL org.carrel.stage=build
ENV CI=true
WORKDIR /src
RUN npm install --global --no-fund --no-audit --no-update-notifier --registry "$NPM_REGISTRY" pnpm@12.21.0
COPY --from=manifests /manifests ./
RUN pnpm install --frozen-lockfile --ignore-scripts --registry "$NPM_REGISTRY" --filter '@carrel/server...' --filter '@carrel/web...'
COPY . .
RUN pnpm --filter @carrel/server --filter @carrel/web run build

# Of the dependencies only those that the bundle leaves outside, and of these what is read at run time.
RUN mkdir -p /app/apps/server /app/apps/web /app/node_modules /data \
  && cp -r apps/server/dist apps/server/package.json /app/apps/server/ \
  && cp -r apps/web/dist /app/apps/web/ \
  && for modules in node_modules/.pnpm/7z-wasm@* node_modules/.pnpm/@embedpdf+pdfium@* node_modules/.pnpm/bcrypt@* node_modules/.pnpm/sharp@* node_modules/.pnpm/@img+* node_modules/.pnpm/swagger-ui-dist@*; do cp -rL "$modules/node_modules/." /app/node_modules/; done \
  && find /app -name '*.map' -delete \
  && rm -rf /app/node_modules/@scarf /app/node_modules/swagger-ui-dist/swagger-ui-es-bundle* \
  && cd /app/apps/server && node -e "require('7z-wasm'); require('@embedpdf/pdfium'); require('bcrypt'); require('sharp'); require('swagger-ui-dist/package.json')"

FROM ${NODE_IMAGE}
LABEL org.opencontainers.image.title="Carrel" \
  org.opencontainers.image.description="A self-hosted, multi-tenant digital library server" \
  org.opencontainers.image.licenses="MIT"
ENV NODE_ENV=production DATA_DIR=/data
WORKDIR /app
COPY --from=build /app ./
COPY --from=build --chown=node:node /data /data
USER node
VOLUME /data
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 3000}/readyz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--max-semi-space-size=8", "--heap-growing-percent=50", "apps/server/dist/main.js"]
