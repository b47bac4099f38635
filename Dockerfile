# syntax=docker/dockerfile:1
# Stage 1: the web page. Vite and React are needed here and nowhere else.
FROM node:24-slim AS web
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# No install scripts: they would fetch a second Node and a second ffmpeg, which the image has already.
RUN npm ci --ignore-scripts
COPY vite.config.ts tsconfig.json ./
COPY src ./src
RUN ["/usr/local/bin/node", "node_modules/vite/bin/vite.js", "build", "--logLevel", "warn"]

# Stage 2: what the service needs at run time.
FROM node:24-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The optional packages are PostgreSQL and ffmpeg for machines that have neither.
RUN npm ci --ignore-scripts --omit=dev --omit=optional

FROM node:24-slim
LABEL org.opencontainers.image.title="Listenback" \
      org.opencontainers.image.licenses="Apache-2.0"
# ffmpeg is Debian's, a separate program that gets Debian's security updates.
RUN apt-get update \
    && apt-get install -y --no-install-recommends ffmpeg \
    && rm -rf /var/lib/apt/lists/* \
    && install -d -o node -g node -m 0700 /data
WORKDIR /app
COPY package.json ./
COPY --from=dependencies /app/node_modules ./node_modules
COPY src ./src
COPY infra/create-bucket.ts ./infra/
COPY --from=web /app/dist ./dist
# Everything under /app belongs to root: the service cannot change its own code, and the root file
# system may be mounted read-only. It writes to DATA_DIR and, for ffmpeg, to /tmp.
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    PORT=3000 \
    METRICS_PORT=9464 \
    DATA_DIR=/data \
    FFMPEG_PATH=/usr/bin/ffmpeg
USER node
VOLUME /data
EXPOSE 3000 9464
# /livez, not /readyz: a database that is down is no reason to restart this.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/livez').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# Exec form: node itself receives SIGTERM and drains.
# Uploads leave many short-lived buffers; a small young generation has them collected before they add up.
CMD ["node", "--max-semi-space-size=4", "src/main.ts", "serve"]
