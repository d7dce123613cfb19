// Reports: what happened in a period, over all and group by group, beside the period before.
import { Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useSpeech } from '../i18n';
import { Page } from '../parts/page';
import { Shown } from '../parts/states';
import { ReportBar } from '../reports/bar';
import { Funnels } from '../reports/funnels';
import { CsvButton, Groups } from '../reports/groups';
import { reportQuery, type ReportSearch } from '../reports/query';
import { Sections } from '../reports/sections';
import { useMe } from '../session';

export function Reports() {
  const speech = useSpeech();
  const { w } = speech;
  const me = useMe();
  const search = useSearch({ from: '/shell/reports' });
  const navigate = useNavigate({ from: '/reports' });
  // Whoever sees the work of several people sees them side by side.
  const by = search.by ?? (me.role === 'member' ? 'source' : 'user');
  const query = useQuery(reportQuery(search, by));
  const look = (given: Partial<ReportSearch>) => void navigate({ search: (before: ReportSearch) => ({ ...before, ...given }), replace: true });
  return (
    <Page title={w.reports} aside={query.data && <CsvButton report={query.data} />} wide>
      <ReportBar search={search} by={by} report={query.data} onLook={look} />
      <Shown query={query}>
        {(report) => (
          <Stack>
            <Text c="dimmed" role="status">
              {speech.days(report.from, report.to)}
              {report.before && ` · ${w.comparedWith} ${speech.days(report.before.from, report.before.to)}`}
            </Text>
            <Sections report={report} narrow={search} />
            {by !== 'none' && <Groups report={report} by={by} search={search} onMeasure={(measure) => look({ measure })} />}
            <Funnels report={report} search={search} />
          </Stack>
        )}
      </Shown>
    </Page>
  );
}
