const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/**
 * Passes an SSE body on and errors it when nothing, not even a comment, came for `silenceMs`, or when one event
 * grows beyond `maxEventBytes`: a peer that is gone says nothing, and one gone mad must not fill our memory.
 */
export function guardedBody(
  silenceMs: number,
  maxEventBytes: number,
): TransformStream<Uint8Array, Uint8Array> {
  let silence: NodeJS.Timeout;
  let eventBytes = 0;
  let lineIsEmpty = true;
  const count = (byte: number): void => {
    if (byte === CARRIAGE_RETURN) return;
    eventBytes = byte === LINE_FEED && lineIsEmpty ? 0 : eventBytes + 1;
    lineIsEmpty = byte === LINE_FEED;
  };
  return new TransformStream({
    start(controller) {
      const giveUp = (): void => controller.error(new Error(`nothing came for ${silenceMs} ms`));
      silence = setTimeout(giveUp, silenceMs);
    },
    transform(chunk, controller) {
      silence.refresh();
      chunk.forEach(count);
      if (eventBytes <= maxEventBytes) return controller.enqueue(chunk);
      clearTimeout(silence);
      controller.error(new Error(`an event is larger than ${maxEventBytes} bytes`));
    },
    flush: () => clearTimeout(silence),
    cancel: () => clearTimeout(silence),
  });
}
