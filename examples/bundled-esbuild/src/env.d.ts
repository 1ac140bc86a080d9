// What the plugin in build.js makes.
declare module "starbridge:pages" {
  export const routes: import("starbridge").BridgeOptions["routes"];
}
