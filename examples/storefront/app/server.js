import { createServer } from "node:http";
import { duration } from "./.vox_modules/clock-format/index.js";
import { Router } from "./.vox_modules/http-router/index.js";
import { sendJson, sendProblem } from "./.vox_modules/json-reply/index.js";
import { catalog, describe, offer } from "./shop.js";
import { packageVersions } from "./versions.js";

const GREETING = "Welcome to the storefront";
const started = process.hrtime.bigint();
const uptimeSeconds = () => Number((process.hrtime.bigint() - started) / 1_000_000_000n);

const router = new Router()
  .get("/", (request, response) =>
    sendJson(request, response, {
      greeting: GREETING,
      items: catalog.all().map(describe),
      offer: offer(),
      versions: packageVersions(),
    }),
  )
  .get("/items/:slug", (request, response, { slug }) => {
    const product = catalog.find(slug);
    return product ? sendJson(request, response, describe(product)) : sendProblem(request, response, 404, `No item ${slug}`);
  })
  .get("/healthz", (request, response) =>
    sendJson(request, response, {
      status: "ok",
      items: catalog.all().length,
      total: offer().total,
      up: duration(uptimeSeconds()),
    }),
  );

const server = createServer(router.listener());
server.listen(Number(process.env.PORT ?? 3000), "0.0.0.0", () => console.log(`listening on ${server.address().port}`));

process.on("SIGTERM", () => {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
