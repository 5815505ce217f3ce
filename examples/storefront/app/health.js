// The image's health check: asks the server beside it.
import { get } from "node:http";

const request = get(
  { host: "127.0.0.1", port: Number(process.env.PORT ?? 3000), path: "/healthz", timeout: 2_000 },
  (response) => process.exit(response.statusCode === 200 ? 0 : 1),
);
request.on("timeout", () => request.destroy());
request.on("error", () => process.exit(1));
