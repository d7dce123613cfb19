// The figures over all: a card a section, each figure beside what it was before, and linked to its records.
import { Box, SimpleGrid, Text, Title, VisuallyHidden } from '@mantine/core';
import { useSpeech } from '../i18n';
import { plural } from '../kinds/table';
import { useOrganisation } from '../organisation';
import { RouterAnchor } from '../parts/router-link';
import { recordsOf } from './drill';
import { change, SECTIONS, written, type Measure, type Section } from './measures';
import type { Narrow, Report } from './query';

interface SectionsProps {
  report: Report;
  narrow: Narrow;
}

export function Sections({ report, narrow }: SectionsProps) {
  return (
    <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }} spacing="md">
      {SECTIONS.map((section) => (
        <SectionCard key={section.kind} section={section} report={report} narrow={narrow} />
      ))}
    </SimpleGrid>
  );
}

function SectionCard({ section, report, narrow }: SectionsProps & { section: Section }) {
  const speech = useSpeech();
  const { w } = speech;
  const title = speech.named(w.plurals, section.kind);
  return (
    <Box className="card" p="md" component="section" aria-label={title}>
      <Title order={2} size="h3" mb="xs">
        {title}
      </Title>
      <table className="figures">
        <thead>
          <tr>
            <th scope="col"><VisuallyHidden>{w.measure}</VisuallyHidden></th>
            <th scope="col"><VisuallyHidden>{w.thisPeriod}</VisuallyHidden></th>
            {report.before && <th scope="col">{w.before}</th>}
            {report.before && <th scope="col"><VisuallyHidden>{w.changeOf}</VisuallyHidden></th>}
          </tr>
        </thead>
        <tbody>
          {section.measures.map((measure) => (
            <tr key={measure.name}>
              <th scope="row">{speech.named(w.measures, measure.name)}</th>
              <td className="figure">
                <Figure measure={measure} report={report} narrow={narrow} />
              </td>
              {report.before && <td>{written(measure, measure.of(report.before.total), speech)}</td>}
              {report.before && <td><Change measure={measure} report={report} /></td>}
            </tr>
          ))}
        </tbody>
      </table>
    </Box>
  );
}

/** A figure; a link to what it counts, where that can be listed. */
function Figure({ measure, report, narrow }: SectionsProps & { measure: Measure }) {
  const speech = useSpeech();
  const { timeZone } = useOrganisation();
  const text = written(measure, measure.of(report.total), speech);
  const where = timeZone ? recordsOf(measure.listed, narrow, report, timeZone) : null;
  if (!where || !measure.listed) return text;
  return (
    <RouterAnchor
      to="/$plural"
      params={{ plural: plural(measure.listed.kind) }}
      search={{ view: 'table', where }}
      inherit
      aria-label={`${speech.named(speech.w.measures, measure.name)}: ${text}. ${speech.w.showRecords}`}
    >
      {text}
    </RouterAnchor>
  );
}

function Change({ measure, report }: { measure: Measure; report: Report }) {
  const speech = useSpeech();
  const by = report.before ? change(measure.of(report.total), measure.of(report.before.total)) : null;
  if (by === null) return null;
  const good = measure.better && by !== 0 && (by > 0) === (measure.better === 'more');
  const color = !measure.better || by === 0 ? 'gray' : good ? 'teal' : 'red';
  return (
    <Text span size="sm" fw={600} c={`var(--mantine-color-${color}-light-color)`} style={{ whiteSpace: 'nowrap' }}>
      {speech.number(by, { style: 'percent', signDisplay: 'exceptZero', maximumFractionDigits: 0 })}
    </Text>
  );
}
