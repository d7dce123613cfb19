// How far the deals came that were made in the period, stage by stage.
import { Box, Group, SimpleGrid, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { Schemas } from '../api/client';
import { useSpeech } from '../i18n';
import { useOrganisation } from '../organisation';
import { RouterAnchor } from '../parts/router-link';
import { Shown } from '../parts/states';
import { Bars } from './bars';
import { within } from './drill';
import { funnelQuery, type Report, type ReportSearch } from './query';

type Funnel = Schemas['Funnel'];

export function Funnels({ report, search }: { report: Report; search: ReportSearch }) {
  const query = useQuery(funnelQuery(search));
  return (
    <Shown query={query}>
      {(funnels) => (
        <SimpleGrid cols={{ base: 1, md: funnels.length > 1 ? 2 : 1 }}>
          {funnels.map((funnel) => (
            <FunnelCard key={funnel.pipeline} funnel={funnel} report={report} search={search} />
          ))}
        </SimpleGrid>
      )}
    </Shown>
  );
}

function FunnelCard({ funnel, report, search }: { funnel: Funnel; report: Report; search: ReportSearch }) {
  const speech = useSpeech();
  const { w } = speech;
  const { timeZone } = useOrganisation();
  const all = funnel.stages[0]?.reached ?? 0;
  const share = (reached: number) => speech.number(all ? reached / all : 0, { style: 'percent', maximumFractionDigits: 0 });
  const title = `${w.funnel}: ${funnel.title}`;
  const listed = timeZone && !search.department && !search.source;
  const bars = funnel.stages.map(({ key, title: label, reached }) => ({
    key, label, size: reached, value: all ? `${speech.number(reached)} · ${share(reached)}` : speech.number(reached),
  }));
  return (
    <Box className="card" p="md" component="section" aria-label={title}>
      <Title order={2} size="h3" mb="xs">
        {title}
      </Title>
      <Bars bars={bars} label={title} />
      <Group justify="space-between">
        <Text size="sm">{`${w.lostByNow}: ${speech.number(funnel.lost)}`}</Text>
        {listed && (
          <RouterAnchor
            to="/$plural"
            params={{ plural: 'deals' }}
            search={{ view: 'table', where: { pipeline: funnel.pipeline, ...within('created_at', report, timeZone), ...(search.user && { owner: search.user }) } }}
            size="sm"
          >
            {w.showDeals}
          </RouterAnchor>
        )}
      </Group>
    </Box>
  );
}
