import { sendProblem } from "json-reply";
import { compile } from "./pattern.js";

export class Router {
  #routes = [];

  get(pattern, handler) {
    return this.on("GET", pattern, handler);
  }

  on(method, pattern, handler) {
    this.#routes.push({ method, match: compile(pattern), handler });
    return this;
  }

  /** The listener for `http.createServer`. */
  listener() {
    return async (request, response) => {
      try {
        await this.#dispatch(request, response);
      } catch (error) {
        console.error(error);
        if (!response.headersSent) sendProblem(request, response, 500, "Internal Server Error");
      }
    };
  }

  async #dispatch(request, response) {
    const { pathname } = new URL(request.url, "http://localhost");
    const method = request.method === "HEAD" ? "GET" : request.method;
    const onPath = this.#routes.flatMap((route) => {
      const parameters = route.match(pathname);
      return parameters ? [{ ...route, parameters }] : [];
    });
    const route = onPath.find((candidate) => candidate.method === method);
    if (route) return route.handler(request, response, route.parameters);
    if (onPath.length === 0) return sendProblem(request, response, 404, "Not Found");
    const allow = onPath.map((candidate) => candidate.method).join(", ");
    return sendProblem(request, response, 405, "Method Not Allowed", { allow });
  }
}
