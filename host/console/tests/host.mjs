// A host with sample data: the demo's.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const LINE = /export TAKT=(\S+) TOKEN=(\S+) PASSWORD=(\S+)/;

/** Starts `takt demo` with these settings beside its own; gives its address, the admin's key, everybody's password, what stops it, and what goes on with it. */
export async function start(binary, settings = {}) {
  const data = await mkdtemp(join(tmpdir(), 'takt-console-'));
  let [child, [address, key, password]] = await run(binary, settings, ['demo', '--data', data, '--listen', '127.0.0.1:0'], LINE);
  const halt = async () => {
    const ended = new Promise((resolve) => child.on('exit', resolve));
    child.kill('SIGINT');
    await ended;
  };
  const stop = async () => {
    await halt();
    await rm(data, { recursive: true, force: true });
  };
  const goOn = async () => {
    [child] = await run(binary, settings, ['serve', '--log', 'warn', '--data', data, '--listen', new URL(address).host], /Takt listens on (\S+):/);
  };
  return { address, key, password, halt, goOn, stop };
}

/** Starts the host; gives it, and what it said of itself. */
function run(binary, settings, words, line) {
  const child = spawn(binary, words, { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...settings } });
  return new Promise((resolve, reject) => {
    let said = '';
    child.stdout.on('data', (chunk) => {
      said += chunk;
      const told = line.exec(said);
      if (told) resolve([child, told.slice(1)]);
    });
    child.on('exit', (code) => reject(new Error(`the host ended with ${code}:\n${said}`)));
  });
}

/** The API, for an admin's key. */
export function caller(address, key) {
  return async (method, path, body) => {
    const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    const headers = { authorization: `Bearer ${key}`, ...(body ? { 'content-type': type } : {}) };
    const answer = await fetch(`${address}/api/v1${path}`, { method, headers, body: body && JSON.stringify(body) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text ? JSON.parse(text) : null;
  };
}

/** A program outside: keeps what it is posted, answers what it is told, 200 when it is told nothing. */
export async function outside() {
  const arrived = [];
  const answers = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => {
      arrived.push({ path: request.url, body: JSON.parse(body) });
      response.writeHead(answers.shift() ?? 200).end();
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stop = () => new Promise((resolve) => server.close(resolve));
  return { url: `http://127.0.0.1:${server.address().port}`, arrived, answers, stop };
}
