# The app, and with another command the worker, for a Supabase project: docs/deploying.md says what they need in their
# environment.

FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN npm run build
RUN npm prune --omit=dev

FROM node:24-slim
WORKDIR /app
ENV NODE_ENV=production
# src/cli/programs.ts says why; the app and the worker.
ENV NODE_OPTIONS="--max-semi-space-size=16 --max-old-space-size=512"
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/build ./build
COPY --from=build /app/src ./src
COPY --from=build /app/supabase/local ./supabase/local
USER node
EXPOSE 3000
# The process only: whether the backend answers is /readyz, and restarting the app would not help it.
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s \
	CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 3000}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "build"]
