// The typed client of the public API, and the one shape of what goes wrong.
import createClient from 'openapi-fetch';
import type { components, paths } from './schema';

export type Schemas = components['schemas'];
export type ProblemDetails = Schemas['ProblemDetails'];

/** A request that was not done, and why: RFC 9457 problem details, or no connection at all. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    readonly errors: { field: string; message: string }[] = [],
  ) {
    super(detail);
    this.name = 'Problem';
  }

  /** What is wrong with one field, where anything is. */
  of(field: string): string | undefined {
    const found = this.errors.find((error) => error.field === `/${field}` || error.field.startsWith(`/${field}/`));
    return found?.message;
  }
}

/** No answer came: the host or the network is away. */
export const OFFLINE = 'offline';

async function reach(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new Problem(0, OFFLINE, '');
  }
}

export const api = createClient<paths>({ baseUrl: '/', fetch: reach });

let signedOut: () => void = () => undefined;

/** Tells whom to call when the session is over. */
export function onSignedOut(listener: () => void): void {
  signedOut = listener;
}

interface Answer {
  data?: unknown;
  error?: unknown;
  response: Response;
}

/** The answer's body; throws a {@link Problem} where the request was not done. */
export async function done<A extends Answer>(call: Promise<A>): Promise<NonNullable<A['data']>> {
  const { data, error, response } = await call;
  if (response.ok) return data as NonNullable<A['data']>;
  const details = (error ?? {}) as Partial<ProblemDetails>;
  if (response.status === 401 && details.code === 'unauthenticated') signedOut();
  const detail = details.detail ?? response.statusText;
  throw new Problem(response.status, details.code ?? 'unknown', detail, details.errors ?? []);
}

/** Any error as a problem. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return new Problem(0, 'unknown', error instanceof Error ? error.message : String(error));
}
