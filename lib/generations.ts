// The renderer of now, and those before it for as long as a request needs them: it keeps the table and the modules that
// it was matched with, whatever is reloaded before it is handled.
import type { Renderer } from "./renderer.ts";
import type { RouteMatch } from "./routes/match.ts";
import type { Route } from "./routes/route.ts";
import type { Target } from "./view.ts";

export class Generations {
  #current: Renderer | undefined;
  /** By the routes that they matched with. Not there before the first reload, and so never in production. */
  #former: WeakMap<Route<Target>, Renderer> | undefined;

  get current(): Renderer | undefined {
    return this.#current;
  }

  replace(renderer: Renderer): void {
    const former = this.#current;
    this.#current = renderer;
    if (former === undefined) return;
    this.#former ??= new WeakMap();
    for (const route of former.table.routes) this.#former.set(route, former);
  }

  /** The renderer that a match was made with. */
  of({ route }: RouteMatch<Target>): Renderer | undefined {
    return this.#former?.get(route) ?? this.#current;
  }
}
