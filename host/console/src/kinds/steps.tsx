// Steps from one status or stage to another: what each takes beside it is asked for first.
import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { Problem } from '../api/client';
import { change, convert, type AnyRecord, type Patch } from '../api/records';
import { useSpeech } from '../i18n';
import { titleOf } from '../parts/links';
import { saying } from '../parts/toast';
import { useMe } from '../session';
import { Editor } from './editor';
import { stagesOf, usePipelines } from './pipelines';
import { fieldOf, KINDS, type StepSpec } from './table';

interface Waiting {
  record: AnyRecord;
  to: string;
  spec: StepSpec;
  take: (given: Patch) => Promise<void>;
  settle: (taken: boolean) => void;
}

/**
 * Takes a step of a record. Gives whether it was taken, false where the person thought better of it; throws what the
 * host says against it. The second value is the dialog, to be rendered.
 */
export function useStep(): [(record: AnyRecord, to: string) => Promise<boolean>, ReactNode] {
  const me = useMe();
  const pipelines = usePipelines();
  const [waiting, setWaiting] = useState<Waiting | null>(null);

  const specOf = (record: AnyRecord, to: string): StepSpec => {
    if (record.kind !== 'deal') return KINDS[record.kind].steps?.[to] ?? {};
    const stage = stagesOf(pipelines, record.pipeline).find((one) => one.key === to);
    return stage?.outcome === 'lost' ? { asks: 'lost_reason' } : {};
  };

  const go = async (record: AnyRecord, to: string): Promise<boolean> => {
    const { status, owner } = KINDS[record.kind];
    if (!status || record[status] === to) return false;
    const spec = specOf(record, to);
    const take = async (given: Patch) => {
      if (spec.converts) return void (await convert(record.id, record.version));
      const patch: Patch = { [status]: to, ...given };
      if (spec.clears) patch[spec.clears] = null;
      if (spec.takes && owner && !record[owner]) patch[owner] = me.id;
      await change(record.kind, record.id, record.version, patch);
    };
    if (!spec.asks && !spec.converts) {
      await take({});
      return true;
    }
    return new Promise((settle) => setWaiting({ record, to, spec, take, settle }));
  };

  const close = (taken: boolean) => {
    waiting?.settle(taken);
    setWaiting(null);
  };
  return [go, waiting && <StepDialog waiting={waiting} onClose={close} />];
}

function StepDialog({ waiting, onClose }: { waiting: Waiting; onClose: (taken: boolean) => void }) {
  const speech = useSpeech();
  const { w } = speech;
  const { record, spec, to } = waiting;
  const [given, setGiven] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<unknown>(null);
  const send = async () => {
    setBusy(true);
    try {
      await waiting.take(spec.asks ? { [spec.asks]: given } : {});
      onClose(true);
    } catch (error) {
      setRefused(error);
    } finally {
      setBusy(false);
    }
  };
  const title = titleOf(record, speech);
  const heading = spec.converts ? w.convert : speech.fill(w.moveTo, { stage: speech.choice(to) });
  const fault = refused instanceof Problem && spec.asks ? refused.of(spec.asks) : undefined;
  return (
    <Modal opened onClose={() => onClose(false)} title={heading} closeButtonProps={{ 'aria-label': w.close }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <Stack>
          <Text>{spec.converts ? speech.fill(w.convertQuestion, { title }) : title}</Text>
          {spec.asks && (
            <Editor field={fieldOf(record.kind, spec.asks)} value={given} onChange={setGiven} labelled required autoFocus error={fault} />
          )}
          {refused !== null && !fault && (
            <Text c="red" size="sm" role="alert">
              {saying(refused, speech)}
            </Text>
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={() => onClose(false)}>
              {w.cancel}
            </Button>
            <Button type="submit" loading={busy}>
              {spec.converts ? w.convert : w.save}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
