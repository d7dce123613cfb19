// Papers as files.
import { Problem, type ProblemDetails } from '../api/client';

/** A PDF that the host gives, or its problem. */
export async function pdf(path: string, init?: RequestInit): Promise<ArrayBuffer> {
  const answer = await fetch(path, init);
  if (answer.ok) return answer.arrayBuffer();
  const details = (await answer.json().catch(() => ({}))) as Partial<ProblemDetails>;
  throw new Problem(answer.status, details.code ?? 'unknown', details.detail ?? answer.statusText, details.errors ?? []);
}
