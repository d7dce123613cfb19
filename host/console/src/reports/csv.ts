// A report as a file for spreadsheets.
import { digits, type Money, type Speech } from '../i18n';
import { SECTIONS, size, type Amount, type Figures, type Measure } from './measures';
import type { Report, Row } from './query';

interface Column {
  title: string;
  cell: (figures: Figures) => string;
}

/** Bare numbers: amounts in whole units, a column a currency; times in seconds. */
function columns(report: Report, speech: Speech): Column[] {
  return SECTIONS.flatMap(({ kind, measures }) =>
    measures.flatMap((measure) => {
      const title = `${speech.named(speech.w.plurals, kind)}: ${speech.named(speech.w.measures, measure.name)}`;
      if (measure.unit !== 'money') return [{ title, cell: (figures: Figures) => bare(measure.of(figures)) }];
      return currencies(report, measure).map((currency) => ({
        title: `${title}, ${currency}`,
        cell: (figures: Figures) => (size(measure.of(figures), currency) / 10 ** digits(currency)).toFixed(digits(currency)),
      }));
    }),
  );
}

function bare(amount: Amount): string {
  return typeof amount === 'number' ? String(amount) : '';
}

/** The currencies that sums of a report are in. */
export function currencies(report: Report, measure: Measure): string[] {
  const sums = [report.total, report.before?.total].flatMap((figures) => (figures ? (measure.of(figures) as Money[]) : []));
  return [...new Set(sums.map((sum) => sum.currency))];
}

/** A line a group, and one for all; the period before follows where it was asked for. */
export function csvOf(report: Report, titleOf: (row: Row) => string, speech: Speech): string {
  const shown = columns(report, speech);
  const line = ({ from, to }: Report, title: string, figures: Figures) => [from, to, title, ...shown.map(({ cell }) => cell(figures))];
  const lines = [report, ...(report.before ? [report.before] : [])].flatMap((period) => [
    ...(period.groups ?? []).map((row) => line(period, titleOf(row), row.figures)),
    line(period, speech.w.total, period.total),
  ]);
  const head = [speech.w.fromDay, speech.w.toDay, speech.w.group, ...shown.map(({ title }) => title)];
  return [head, ...lines].map((cells) => cells.map(quoted).join(',')).join('\r\n') + '\r\n';
}

/** Programs must not take what somebody wrote for a formula. */
function quoted(cell: string): string {
  const safe = /^[=+@\t]|^-\D/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function download(name: string, text: string): void {
  // Without the mark, spreadsheets take it for another encoding.
  const address = URL.createObjectURL(new Blob(['\ufeff', text], { type: 'text/csv;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
