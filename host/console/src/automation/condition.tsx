// The admin's condition on the events that wake a plugin, tried on those that were before it is set.
import { Box, Button, Group, List, NumberInput, Text, Textarea } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api, done, type Schemas } from '../api/client';
import { useSpeech } from '../i18n';
import { Moment } from '../kinds/value';
import { RecordLink } from '../parts/links';
import { saying, tell } from '../parts/toast';
import { at, usePluginChange, type PluginDetail } from '../plugins';

export function Condition({ plugin }: { plugin: PluginDetail }) {
  const speech = useSpeech();
  const { w } = speech;
  const [text, setText] = useState(plugin.condition ?? '');
  const [days, setDays] = useState(14);
  const condition = text.trim() === '' ? null : text;
  const put = usePluginChange(async () => {
    await done(api.PUT('/api/v1/plugins/{name}/condition', { ...at(plugin.name), body: { condition } }));
    tell(w.saved);
  });
  const test = useMutation({
    mutationFn: () => done(api.POST('/api/v1/plugins/{name}/condition/test', { ...at(plugin.name), body: { condition, days } })),
  });
  const wrong = put.error ?? test.error;
  return (
    <Box className="card" p="md" maw={760}>
      <Textarea
        label={w.condition}
        description={w.conditionText}
        placeholder="after.amount.minor > 100000"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        autosize
        minRows={3}
        error={wrong ? saying(wrong, speech) : undefined}
        styles={{ input: { fontFamily: 'ui-monospace, monospace' } }}
        spellCheck={false}
      />
      <Group mt="md" align="flex-end">
        <Button loading={put.isPending} onClick={() => { test.reset(); put.mutate(undefined); }}>
          {w.save}
        </Button>
        <NumberInput label={w.overDays} value={days} onChange={(value) => setDays(Number(value) || 1)} min={1} max={90} allowDecimal={false} w={140} />
        <Button variant="light" loading={test.isPending} onClick={() => { put.reset(); test.mutate(); }}>
          {w.tryCondition}
        </Button>
      </Group>
      {test.data && <Fired fired={test.data} />}
    </Box>
  );
}

function Fired({ fired }: { fired: Schemas['FiringView'] }) {
  const speech = useSpeech();
  const { w } = speech;
  return (
    <Box mt="md" role="status">
      <Text fw={600}>{speech.fill(fired.cut ? w.wouldFireCut : w.wouldFire, { fires: fired.fires, subscribed: fired.subscribed })}</Text>
      <List size="sm" mt="xs" spacing={4}>
        {fired.examples.map((event) => (
          <List.Item key={event.event}>
            {`№ ${event.event} · ${event.name} · `}
            <RecordLink kind={event.about.kind} id={event.about.id} /> · <Moment value={event.at} />
          </List.Item>
        ))}
      </List>
    </Box>
  );
}
