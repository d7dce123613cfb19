// The channels to clients: what takes their messages, and whether a test message arrives.
import { Badge, Box, Button, Group, SimpleGrid, Stack, Text, Textarea, TextInput, Title } from '@mantine/core';
import { IconSend } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, done, Problem, type Schemas } from '../api/client';
import { useSpeech } from '../i18n';
import { FormDialog } from '../parts/form-dialog';
import { Page } from '../parts/page';
import { RouterAnchor } from '../parts/router-link';
import { Shown } from '../parts/states';
import { Tested } from '../parts/tested';
import { useMe } from '../session';

type Channel = Schemas['ChannelView'];

export function Channels() {
  const { w } = useSpeech();
  const query = useQuery({ queryKey: ['channels'], queryFn: async () => (await done(api.GET('/api/v1/channels'))).items });
  return (
    <Page title={w.channels}>
      <Text c="dimmed" mb="md">
        {`${w.channelsText} `}
        <span className="inline"><RouterAnchor to="/webhooks" inherit>{w.webhooksToo}</RouterAnchor></span>
      </Text>
      <Shown query={query}>
        {(channels) => (
          <SimpleGrid cols={{ base: 1, sm: 2, xl: 3 }}>
            {channels.map((channel) => <ChannelCard key={channel.channel} channel={channel} />)}
          </SimpleGrid>
        )}
      </Shown>
    </Page>
  );
}

function ChannelCard({ channel: { channel, through } }: { channel: Channel }) {
  const speech = useSpeech();
  const { w } = speech;
  const [testing, setTesting] = useState(false);
  const name = speech.choice(channel);
  return (
    <Box className="card" p="md" component="article" aria-label={name}>
      <Group justify="space-between" wrap="nowrap">
        <Title order={2} size="h3">{name}</Title>
        <Badge color={through ? 'teal' : 'gray'}>{through ? w.channelSet : w.channelUnset}</Badge>
      </Group>
      <Text size="sm" mt="xs" mb="md">{through ? speech.named(w.channelThrough, through) : speech.fill(w.channelHowTo, { settings: SETTINGS[channel] })}</Text>
      {through && (
        <Button size="xs" variant="light" leftSection={<IconSend size={16} aria-hidden />} onClick={() => setTesting(true)} aria-label={`${w.sendTest}: ${name}`}>
          {w.sendTest}
        </Button>
      )}
      {testing && <TestDialog channel={channel} onClose={() => setTesting(false)} />}
    </Box>
  );
}

/** What names a gateway for the channel in the host's settings. */
const SETTINGS: Record<Channel['channel'], string> = {
  email: 'TAKT_SMTP_URL, TAKT_MAIL_FROM',
  sms: 'TAKT_SMS_URL, TAKT_SMS_SECRET',
  messenger: 'TAKT_MESSENGER_URL',
};

function TestDialog({ channel, onClose }: { channel: Channel['channel']; onClose: () => void }) {
  const speech = useSpeech();
  const { w } = speech;
  const me = useMe();
  const [to, setTo] = useState(channel === 'email' ? me.email : '');
  const [text, setText] = useState(w.testText);
  const test = useMutation({
    mutationFn: () => done(api.POST('/api/v1/channels/{channel}/test', { params: { path: { channel } }, body: { to, text, subject: w.testSubject } })),
  });
  const problem = test.error instanceof Problem ? test.error : null;
  const address = { email: w.email, sms: speech.field('phone'), messenger: speech.field('messenger') }[channel];
  return (
    <FormDialog title={`${w.sendTest}: ${speech.choice(channel)}`} action={w.send} busy={test.isPending} error={test.error} fields={['to', 'text']} onClose={onClose} onSubmit={() => test.mutate()}>
      <TextInput label={address} type={channel === 'email' ? 'email' : 'text'} value={to} onChange={(event) => setTo(event.currentTarget.value)} error={problem?.of('to')} required withAsterisk={false} data-autofocus />
      <Textarea label={speech.field('body')} value={text} onChange={(event) => setText(event.currentTarget.value)} error={problem?.of('text')} autosize minRows={2} maxRows={8} />
      {test.data && <Stack><Tested tested={test.data} /></Stack>}
    </FormDialog>
  );
}
