// What a change changed, field by field.
import { Stack, Text } from '@mantine/core';
import { IconArrowRight } from '@tabler/icons-react';
import { Fragment } from 'react';
import type { Reference } from '../api/records';
import { useSpeech } from '../i18n';
import { RecordLink, useName } from '../parts/links';
import { stagesOf, usePipelines } from './pipelines';
import { fieldOf, isKind, knownOf, type Field } from './table';
import { plainly } from './value';

/** One changed record: the event's name, which, and field by field what. */
export interface Changed {
  name: string;
  record: { kind: string; id: string };
  diff: Record<string, unknown>;
}

/** All that a run changed, or would change. */
export function Changes({ changes, proposed }: { changes: Changed[]; proposed?: boolean }) {
  const speech = useSpeech();
  if (changes.length === 0) return <Text size="sm" c="dimmed">{speech.w.noChanges}</Text>;
  return (
    <Stack gap="sm">
      {changes.map((change, at) => {
        const made = change.name.endsWith('.created');
        return (
          <div key={`${change.record.id} ${at}`}>
            <Text size="sm" component="div" mb={2}>
              <b>{speech.named(speech.w.kinds, change.record.kind)}</b>
              {` · ${speech.choice(change.name.split('.')[1] ?? '')}`}
              {/* What would be made is nowhere yet. */}
              {!(made && proposed) && <> · <RecordLink kind={change.record.kind} id={change.record.id} /></>}
            </Text>
            <Diff kind={change.record.kind} diff={change.diff} made={made} />
          </div>
        );
      })}
    </Stack>
  );
}

interface DiffProps {
  kind: string;
  diff: Record<string, unknown>;
  /** The record was made by it: there is nothing before. */
  made?: boolean;
}

export function Diff({ kind, diff, made }: DiffProps) {
  const speech = useSpeech();
  const entries = Object.entries(diff).filter(([, change]) => !(made && isEmpty((change as unknown[])[1])));
  if (entries.length === 0) return null;
  return (
    <div className="diff">
      {entries.map(([name, change]) => {
        const [before, after] = change as [unknown, unknown];
        const field = isKind(kind) ? fieldOf(kind, name) : knownOf(name);
        return (
          <Fragment key={name}>
            <span style={{ color: 'var(--mantine-color-dimmed)' }}>{speech.field(field.word ?? name)}</span>
            <span style={{ overflowWrap: 'anywhere' }}>
              {!made && (
                <>
                  <span className="before">
                    <Side field={field} value={before} />
                  </span>{' '}
                  <IconArrowRight size={13} role="img" aria-label="→" style={{ verticalAlign: 'middle' }} />{' '}
                </>
              )}
              <Side field={field} value={after} />
            </span>
          </Fragment>
        );
      })}
    </div>
  );
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

const LONGEST = 160;

function Side({ field, value }: { field: Field; value: unknown }) {
  const speech = useSpeech();
  const name = useName();
  const pipelines = usePipelines();
  if (field.shape === 'about' && value) return <RecordLink {...(value as Reference)} />;
  if (field.shape === 'stage') return stagesOf(pipelines).find((stage) => stage.key === value)?.title ?? String(value ?? speech.w.empty);
  if (field.shape === 'ref' && field.to && field.to !== 'user' && typeof value === 'string') return <RecordLink kind={field.to} id={value} />;
  const text = plainly(field, value, speech, name);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
