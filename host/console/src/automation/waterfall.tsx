// What a run asked the host, call by call, over its time: its journal.
import { Alert, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api, done, Problem, type Schemas } from '../api/client';
import { useSpeech } from '../i18n';
import { Shown } from '../parts/states';

/** A call in a journal, as `host/src/wasm/journal.rs` writes it. */
interface Call {
  call: string;
  asked: string;
  answer: { ok?: unknown; err?: unknown; stopped?: unknown };
  /** Microseconds since the run began. */
  at: number;
  took: number;
}

interface Journal {
  calls: Call[];
  cut: boolean;
}

export function Waterfall({ run }: { run: Schemas['RunDetail'] }) {
  const { w } = useSpeech();
  const query = useQuery({
    queryKey: ['runs', run.id, 'journal'],
    staleTime: Infinity,
    queryFn: async () => {
      try {
        return (await done(api.GET('/api/v1/runs/{id}/journal', { params: { path: { id: run.id } } }))) as unknown as Journal;
      } catch (error) {
        if (error instanceof Problem && error.status === 404) return null;
        throw error;
      }
    },
  });
  return (
    <Shown query={query}>
      {(journal) => {
        if (!journal) return <Text size="sm" c="dimmed">{w.noJournal}</Text>;
        if (journal.calls.length === 0) return <Text size="sm" c="dimmed">{w.noCalls}</Text>;
        return (
          <>
            <ol className="waterfall">
              {journal.calls.map((call, place) => <CallRow key={place} call={call} whole={run.cost.micros} />)}
            </ol>
            {journal.cut && <Alert color="yellow" mt="sm">{w.journalCut}</Alert>}
          </>
        );
      }}
    </Shown>
  );
}

/** Records come as JSON within JSON. */
function legibly(answer: unknown): string {
  const inner = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(inner);
    if (typeof value !== 'string' || !/^[{[]/.test(value)) return value;
    try {
      return JSON.parse(value);
    } catch {
      return value;
    }
  };
  return JSON.stringify(inner(answer), null, 2);
}

function CallRow({ call: { call, asked, answer, at, took }, whole }: { call: Call; whole: number }) {
  const speech = useSpeech();
  const { w } = speech;
  const ms = (micros: number) => `${speech.number(micros / 1000, { maximumFractionDigits: micros < 10_000 ? 2 : 0 })} ms`;
  const refused = answer.ok === undefined;
  const share = (micros: number) => `${(100 * Math.min(micros, whole)) / Math.max(whole, 1)}%`;
  return (
    <li>
      <details>
        <summary aria-label={speech.fill(w.callTook, { call, at: ms(at), took: ms(took) })}>
          <span className="mono">{call}</span>
          <span className="waterfall-track">
            <span className={`waterfall-bar${refused ? ' waterfall-refused' : ''}`} style={{ marginInlineStart: share(at), width: share(took) }} />
          </span>
          <span className="waterfall-took">{ms(took)}</span>
        </summary>
        <Text size="xs" c="dimmed" mt={4}>{w.asked}</Text>
        <pre className="pre mono" tabIndex={0}>{asked}</pre>
        <Text size="xs" c="dimmed" mt={4}>{refused ? w.answeredNo : w.answeredYes}</Text>
        <pre className="pre mono" tabIndex={0}>{legibly(answer.ok ?? answer.err ?? answer.stopped ?? null)}</pre>
      </details>
    </li>
  );
}
