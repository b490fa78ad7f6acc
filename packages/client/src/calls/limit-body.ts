/** Bytes of one answer: eight times the longest page of a Keepsake. Calls go alone, never in batches. */
const ANSWER_BYTES_MAX = 16 * 1_048_576;

/** An answer that is longer than any Keepsake's. */
class LongAnswerError extends Error {
  override readonly name = "LongAnswerError";

  constructor() {
    super(`What answered is no Keepsake: more than ${ANSWER_BYTES_MAX} bytes.`);
  }
}

/**
 * The same answer, whose body is read no further than a Keepsake's may go: what is endless would fill the memory for as
 * long as the call may take. Bytes count as they are unpacked. Reading more fails with a `LongAnswerError` and lets the
 * connection go.
 */
export function limitBody(answer: Response): Response {
  if (!answer.body) return answer;
  const { status, statusText, headers } = answer;
  return new Response(answer.body.pipeThrough(countingStream()), { status, statusText, headers });
}

function countingStream(): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  let bytes = 0;
  return new TransformStream({
    transform: (chunk, controller) => {
      bytes += chunk.byteLength;
      if (bytes > ANSWER_BYTES_MAX) throw new LongAnswerError();
      controller.enqueue(chunk);
    },
  });
}
