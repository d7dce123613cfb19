// What led to a run, from the chain's beginning, and what it led to: a tree of changes and runs.
import { Text } from '@mantine/core';
import { IconBolt, IconPencil, IconUser } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { Schemas } from '../api/client';
import { useSpeech } from '../i18n';
import { useActor } from '../kinds/history';
import { Choice, Moment } from '../kinds/value';
import { Person, RecordLink } from '../parts/links';
import { RouterAnchor } from '../parts/router-link';

type Detail = Schemas['RunDetail'];
type Run = Schemas['RunView'];
type Change = Schemas['AuditView'];

interface Node {
  key: string;
  run?: Run;
  change?: Change;
  below: Node[];
}

const ofRun = (run: Run, below: Node[]): Node => ({ key: run.id, run, below });
const ofChange = (change: Change, below: Node[]): Node => ({ key: `#${change.id}`, change, below });

/** The tree, by its root. */
function treeOf(run: Detail): Node {
  const woken = (event?: number) => run.caused.filter((one) => (one.cause.event ?? undefined) === event).map((one) => ofRun(one, []));
  const changes = run.changes.map((change) => ofChange(change, woken(change.id))).filter(({ below }) => below.length > 0);
  // The chain tells the nearest first: each is put over what it led to.
  return run.chain.reduce((below: Node, link) => {
    const changed = link.change ? ofChange(link.change, [below]) : below;
    return link.run ? ofRun(link.run, [changed]) : changed;
  }, ofRun(run, [...changes, ...woken()]));
}

export function Chain({ run }: { run: Detail }) {
  return (
    <ul className="tree">
      <Branch node={treeOf(run)} here={run.id} />
    </ul>
  );
}

function Branch({ node, here }: { node: Node; here: string }) {
  return (
    <li>
      {node.run && <RunNode run={node.run} here={node.run.id === here} />}
      {node.change && <ChangeNode change={node.change} />}
      {node.below.length > 0 && (
        <ul>
          {node.below.map((below) => <Branch key={below.key} node={below} here={here} />)}
        </ul>
      )}
    </li>
  );
}

function Line({ sign, name, at, children }: { sign: ReactNode; name: ReactNode; at: string; children?: ReactNode }) {
  return (
    <div className="tree-line">
      {sign}
      <div>
        <Text size="sm" component="div">{name}</Text>
        {children}
        <Text size="xs" c="dimmed"><Moment value={at} /></Text>
      </div>
    </div>
  );
}

function RunNode({ run, here }: { run: Run; here: boolean }) {
  const { w } = useSpeech();
  const name = `${run.plugin} · ${run.name}`;
  const shown = here ? <b aria-current="true">{name}</b> : <RouterAnchor to="/runs/$id" params={{ id: run.id }} inherit>{name}</RouterAnchor>;
  return (
    <Line sign={<IconBolt size={16} aria-hidden />} name={<>{shown} {!here && <Choice value={run.outcome} />}</>} at={run.at}>
      {run.by && <Text size="sm" component="div">{`${w.pressedBy}: `}<Person id={run.by} link small /></Text>}
    </Line>
  );
}

function ChangeNode({ change }: { change: Change }) {
  const speech = useSpeech();
  const actor = useActor();
  const Sign = change.by.type === 'user' ? IconUser : IconPencil;
  const name = `${actor(change.by)} · ${speech.choice(change.name.split('.')[1] ?? '')}`;
  return (
    <Line sign={<Sign size={16} aria-hidden />} name={name} at={change.at}>
      <Text size="sm" component="div" className="inline">
        {`${speech.named(speech.w.kinds, change.record.kind)} · `}
        <RecordLink kind={change.record.kind} id={change.record.id} />
      </Text>
    </Line>
  );
}
