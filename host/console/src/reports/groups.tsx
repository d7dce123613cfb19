// The figures group by group: a chart of one measure, and a table of all.
import { Box, Button, Group, Select, Text, Title } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useSpeech } from '../i18n';
import { RouterAnchor } from '../parts/router-link';
import { Bars, type Bar } from './bars';
import { csvOf, currencies, download } from './csv';
import { MEASURES, SECTIONS, size, written, type Measure } from './measures';
import type { Group as By, Report, ReportSearch, Row } from './query';

interface GroupsProps {
  report: Report;
  by: By;
  search: ReportSearch;
  onMeasure: (name: string) => void;
}

const keyOf = (row: Row) => row.key ?? '';

/** What a group is called; what belongs to none has no name of its own. */
function useTitle(): (row: Row) => string {
  const { w } = useSpeech();
  return (row) => row.title ?? row.key ?? w.without;
}

export function CsvButton({ report }: { report: Report }) {
  const speech = useSpeech();
  const titleOf = useTitle();
  const save = () => download(`takt-${report.from}-${report.to}.csv`, csvOf(report, titleOf, speech));
  return (
    <Button size="xs" variant="default" leftSection={<IconDownload size={16} aria-hidden />} onClick={save}>
      CSV
    </Button>
  );
}

export function Groups({ report, by, search, onMeasure }: GroupsProps) {
  const speech = useSpeech();
  const { w } = speech;
  const measure = MEASURES.find(({ name }) => name === search.measure) ?? (MEASURES[0] as Measure);
  const title = speech.named(w.groups, by);
  const rows = report.groups ?? [];
  const data = SECTIONS.map((section) => ({
    group: speech.named(w.plurals, section.kind),
    items: section.measures.map(({ name }) => ({ value: name, label: speech.named(w.measures, name) })),
  }));
  return (
    <Box className="card" p="md" component="section" aria-label={title}>
      <Group justify="space-between" mb="sm">
        <Title order={2} size="h3">
          {title}
        </Title>
        <Select aria-label={w.measure} data={data} value={measure.name} onChange={(name) => name && onMeasure(name)} allowDeselect={false} size="xs" w={220} />
      </Group>
      {rows.length === 0 ? (
        <Text size="sm" c="dimmed">{w.noFigures}</Text>
      ) : (
        <>
          <Charts report={report} by={by} measure={measure} search={search} />
          <Table report={report} by={by} search={search} label={title} />
        </>
      )}
    </Box>
  );
}

interface PartProps {
  report: Report;
  by: By;
  search: ReportSearch;
}

/** A chart; of sums, one a currency: they are not to be compared. */
function Charts({ report, by, measure, search }: PartProps & { measure: Measure }) {
  const speech = useSpeech();
  const before = new Map((report.before?.groups ?? []).map((row) => [keyOf(row), row.figures]));
  const label = speech.named(speech.w.measures, measure.name);
  const shown = measure.unit === 'money' ? currencies(report, measure) : [undefined];
  if (shown.length === 0) return <Text size="sm" c="dimmed" mb="sm">{speech.w.noFigures}</Text>;
  const chart = (currency?: string) => {
    const write = (amount: ReturnType<Measure['of']>) =>
      written(measure, Array.isArray(amount) ? amount.filter((sum) => sum.currency === currency) : amount, speech);
    const bars = (report.groups ?? []).map((row): Bar => {
      const now = measure.of(row.figures);
      const figures = before.get(keyOf(row));
      const was = figures && measure.of(figures);
      return {
        key: keyOf(row),
        label: <GroupName row={row} by={by} search={search} />,
        value: write(now),
        size: size(now, currency),
        before: report.before ? { value: write(was ?? (measure.unit === 'count' ? 0 : null)), size: size(was, currency) } : undefined,
      };
    });
    bars.sort((a, b) => b.size - a.size);
    return <Bars key={currency ?? ''} bars={bars} label={currency ? `${label}, ${currency}` : label} />;
  };
  return (
    <>
      {shown.map(chart)}
      {report.before && <Text size="xs" c="dimmed" mb="md">{speech.w.beforeHint}</Text>}
    </>
  );
}

/** A group's name: pressed, the report tells of it alone. */
function GroupName({ row, by, search }: { row: Row; by: By; search: ReportSearch }) {
  const title = useTitle()(row);
  if (!row.key || by === 'none') return title;
  return (
    <RouterAnchor to="/reports" search={{ ...search, [by]: row.key, by: 'none' }} inherit>
      {title}
    </RouterAnchor>
  );
}

function Table({ report, by, search, label }: PartProps & { label: string }) {
  const speech = useSpeech();
  const { w } = speech;
  return (
    <div className="scroll-x" tabIndex={0} role="region" aria-label={`${label}: ${w.table}`}>
      <table className="list numbers">
        <thead>
          <tr>
            <td />
            {SECTIONS.map(({ kind, measures }) => (
              <th key={kind} scope="colgroup" colSpan={measures.length}>{speech.named(w.plurals, kind)}</th>
            ))}
          </tr>
          <tr>
            <th scope="col">{w.group}</th>
            {MEASURES.map(({ name }) => (
              <th key={name} scope="col">{speech.named(w.measures, name)}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {(report.groups ?? []).map((row) => (
            <tr key={keyOf(row)}>
              <th scope="row"><GroupName row={row} by={by} search={search} /></th>
              {MEASURES.map((measure) => (
                <td key={measure.name}>{written(measure, measure.of(row.figures), speech)}</td>
              ))}
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">{w.total}</th>
            {MEASURES.map((measure) => (
              <td key={measure.name}>{written(measure, measure.of(report.total), speech)}</td>
            ))}
          </tr>
        </tfoot>
      </table>
    </div>
  );
}
