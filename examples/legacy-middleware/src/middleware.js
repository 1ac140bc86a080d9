// Inside the pages: the same functions, as links of the chain.
import { defineMiddleware, sequence } from "astro:middleware";
import cors from "cors";
import multer from "multer";
import { fromConnect } from "starbridge/connect";

const upload = fromConnect(multer({ storage: multer.memoryStorage() }).single("photo"));

/** multer reads the body, so only where a photo is expected; the page finds it in `host.req.file`. */
const photos = defineMiddleware((context, next) =>
  context.routePattern === "/photos" ? upload(context, next) : next(),
);

export const onRequest = sequence(fromConnect(cors({ origin: "https://shop.example" })), photos);
