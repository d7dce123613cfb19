// Makes the client's types from the API's description as the host's own tests keep it.
import { readFile, writeFile } from 'node:fs/promises';
import openapiTS, { astToString } from 'openapi-typescript';

const snapshot = new URL('../../src/api/tests/snapshots/takt__api__tests__contract__openapi.snap', import.meta.url);
const text = await readFile(snapshot, 'utf8');
const description = JSON.parse(text.slice(text.indexOf('\n{')));
await writeFile(new URL('../src/api/schema.d.ts', import.meta.url), astToString(await openapiTS(description)));
