import type { APIRoute } from "astro";
import { countOf, stockEvents } from "../../../../shop/events.ts";

export const GET: APIRoute = ({ url, request }) => {
  const events = stockEvents(countOf(url.searchParams.get("count")), request.signal);
  return new Response(ReadableStream.from(events).pipeThrough(new TextEncoderStream()), {
    headers: {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store",
    },
  });
};
