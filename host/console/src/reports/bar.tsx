// The bar over a report: its period, how it is grouped, and what it is narrowed to.
import { Button, Group, Pill, Select, Switch, TextInput } from '@mantine/core';
import { useSpeech } from '../i18n';
import { usePipelines } from '../kinds/pipelines';
import { RecordSelect } from '../parts/record-select';
import { useMe } from '../session';
import { GROUPS, PERIODS, type Group as By, type Period, type Report, type ReportSearch } from './query';

interface BarProps {
  search: ReportSearch;
  by: By;
  /** The report that is shown: its days are where choosing others begins. */
  report: Report | undefined;
  onLook: (by: Partial<ReportSearch>) => void;
}

const OWN_DAYS = 'days';

export function ReportBar({ search, by, report, onLook }: BarProps) {
  const speech = useSpeech();
  const { w } = speech;
  const me = useMe();
  const pipelines = usePipelines();
  const days = Boolean(search.from || search.to);
  const narrowed = search.user || search.department || search.source || search.pipeline;
  const choose = (chosen: string | null) => {
    if (chosen === OWN_DAYS) onLook({ period: undefined, from: report?.from, to: report?.to });
    else onLook({ period: (chosen as Period | null) ?? undefined, from: undefined, to: undefined });
  };
  return (
    <Group gap="xs" mb="md" role="search" aria-label={w.filters}>
      <Select
        aria-label={w.period}
        data={[...PERIODS, OWN_DAYS].map((value) => ({ value, label: speech.named(w.periods, value) }))}
        value={days ? OWN_DAYS : (search.period ?? 'this_month')}
        onChange={choose}
        allowDeselect={false}
        w={170}
      />
      {days && (
        <>
          <TextInput type="date" aria-label={w.fromDay} value={search.from ?? ''} max={search.to} onChange={(event) => event.currentTarget.value && onLook({ from: event.currentTarget.value })} />
          <TextInput type="date" aria-label={w.toDay} value={search.to ?? ''} min={search.from} onChange={(event) => event.currentTarget.value && onLook({ to: event.currentTarget.value })} />
        </>
      )}
      <Select
        aria-label={w.groupedBy}
        data={GROUPS.map((value) => ({ value, label: speech.named(w.groups, value) }))}
        value={by}
        onChange={(chosen) => onLook({ by: (chosen as By | null) ?? undefined })}
        allowDeselect={false}
        w={170}
      />
      {me.role !== 'member' && (
        <>
          <div style={{ width: 180 }}>
            <RecordSelect kind="user" aria-label={w.kinds.user} placeholder={w.kinds.user} value={search.user ?? null} onChange={(user) => onLook({ user: user ?? undefined })} />
          </div>
          <div style={{ width: 180 }}>
            <RecordSelect kind="department" aria-label={w.kinds.department} placeholder={w.kinds.department} value={search.department ?? null} onChange={(department) => onLook({ department: department ?? undefined })} />
          </div>
        </>
      )}
      {pipelines.length > 1 && (
        <Select
          aria-label={w.kinds.pipeline}
          placeholder={w.kinds.pipeline}
          data={pipelines.map(({ id, title }) => ({ value: id, label: title }))}
          value={search.pipeline ?? null}
          onChange={(pipeline) => onLook({ pipeline: pipeline ?? undefined })}
          clearable
          clearButtonProps={{ 'aria-label': w.clear }}
          w={180}
        />
      )}
      {search.source && (
        <Pill size="md" withRemoveButton removeButtonProps={{ 'aria-label': w.clear, 'aria-hidden': false, tabIndex: 0 }} onRemove={() => onLook({ source: undefined })}>
          {`${speech.field('source')}: ${search.source}`}
        </Pill>
      )}
      <Switch label={w.compare} checked={search.compare !== false} onChange={(event) => onLook({ compare: event.currentTarget.checked ? undefined : false })} />
      {narrowed && (
        <Button variant="subtle" size="xs" onClick={() => onLook({ user: undefined, department: undefined, source: undefined, pipeline: undefined })}>
          {w.clearFilters}
        </Button>
      )}
    </Group>
  );
}
