/** An answer over REST, as far as tests of access look at it. */
export interface RestAnswer {
  readonly status: number;
  /** `data.reason` of an error; null for an answer. */
  readonly reason: string | null;
  readonly body: Record<string, unknown>;
  readonly headers: Headers;
}

/** Calls a twin with a token, and for a user where one is named: a GET without `body`, else a POST. */
export async function callRest(
  url: string,
  path: string,
  { token, user, body }: { token?: string; user?: string; body?: object } = {},
): Promise<RestAnswer> {
  const headers: Record<string, string> = {
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...(user !== undefined && { "x-keepsake-user": user }),
    ...(body && { "content-type": "application/json" }),
  };
  const answer = await fetch(`${url}${path}`, {
    headers,
    ...(body && { method: "POST", body: JSON.stringify(body) }),
  });
  const json = (await answer.json()) as Record<string, unknown> & { error?: { data: { reason: string } } };
  return { status: answer.status, reason: json.error?.data.reason ?? null, body: json, headers: answer.headers };
}
