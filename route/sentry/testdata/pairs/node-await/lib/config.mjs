import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from './parse.mjs';

export async function load(base, names) {
  return Promise.all(names.map(async (name) => {
    await sleep(1);
    try {
      return await parse(`${name}:${base.protocol.length}`);
    } catch (cause) {
      throw new Error(`no configuration ${name}`, { cause });
    }
  }));
}
