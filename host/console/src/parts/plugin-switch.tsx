// Switching a plugin on and off. What waited while it was off is done or forgotten, as the admin says.
import { Button, Radio, Stack } from '@mantine/core';
import { useState } from 'react';
import { api, done } from '../api/client';
import { useSpeech } from '../i18n';
import { at, usePluginChange, type PluginView } from '../plugins';
import { ConfirmDialog } from './confirm';
import { tell } from './toast';

export function PluginSwitch({ plugin }: { plugin: PluginView }) {
  const speech = useSpeech();
  const { w } = speech;
  const { name, title, enabled } = plugin;
  const [asking, setAsking] = useState(false);
  const [pending, setPending] = useState<'keep' | 'drop'>('keep');
  const change = usePluginChange(async () => {
    if (enabled) await done(api.POST('/api/v1/plugins/{name}/disable', at(name)));
    else await done(api.POST('/api/v1/plugins/{name}/enable', { ...at(name), body: { pending } }));
    tell(speech.fill(enabled ? w.switchedOff : w.switchedOn, { name: title }));
  });
  const ready = plugin.missing_grants.length === 0 && !plugin.broken;
  return (
    <>
      <Button size="xs" variant={enabled ? 'default' : 'filled'} disabled={!enabled && !ready} onClick={() => setAsking(true)} aria-label={`${enabled ? w.disable : w.enable}: ${title}`}>
        {enabled ? w.disable : w.enable}
      </Button>
      <ConfirmDialog
        opened={asking}
        title={speech.fill(enabled ? w.disableQuestion : w.enableQuestion, { name: title })}
        text={enabled ? w.disableText : undefined}
        action={enabled ? w.disable : w.enable}
        color={enabled ? 'red' : undefined}
        onClose={() => setAsking(false)}
        onConfirm={() => change.mutateAsync(undefined)}
      >
        {!enabled && (
          <Radio.Group label={w.enableText} value={pending} onChange={(value) => setPending(value as 'keep' | 'drop')}>
            <Stack gap="xs" mt="xs">
              <Radio value="keep" label={w.keepWaiting} />
              <Radio value="drop" label={w.dropWaiting} />
            </Stack>
          </Radio.Group>
        )}
      </ConfirmDialog>
    </>
  );
}

/** Whether a plugin is on. */
export function stateOf({ enabled, broken }: PluginView): 'broken' | 'enabled' | 'disabled' {
  return broken ? 'broken' : enabled ? 'enabled' : 'disabled';
}

export const STATE_TONES = { broken: 'red', enabled: 'teal', disabled: 'gray' } as const;
