import { type AppParts, createApp } from "./app.ts";
import type { RequestHandlers } from "./http/listener.ts";
import { countAs } from "./http/response/counted-response.ts";
import { directPosts } from "./routes/direct-posts.ts";
import type { Endpoint } from "./routes/endpoint.ts";
import { fastRoutes } from "./routes/fast-routes.ts";
import { routesOf } from "./routes/route.ts";

/** All ways to the endpoints, made from their one declaration. */
export function requestHandlers(endpoints: readonly Endpoint[], parts: AppParts): RequestHandlers {
  const { environments, counts, logger } = parts;
  const routes = routesOf(endpoints, counts);
  const posts = directPosts(routes, environments, logger);
  return {
    fast: fastRoutes(routes, environments, logger),
    direct: (incoming, outgoing) => {
      // Until a route is found, and where the framework refuses a request before that.
      countAs(outgoing, counts.unknown);
      return posts(incoming, outgoing);
    },
    fetch: createApp(routes, parts).fetch,
  };
}
