// Public entry "./web".
export { Response } from "./response.ts";
