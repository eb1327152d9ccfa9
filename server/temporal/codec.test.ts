import { randomBytes } from 'node:crypto';
import { ApplicationFailure, defaultPayloadConverter, type Payload } from '@temporalio/common';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fixedRing } from '../../store/index.ts';
import { isSealed, KEY_ID, sealingCodec } from './codec.ts';
import { failureConverter } from './failure-converter.ts';

const [key, other] = [randomBytes(32), randomBytes(32)];
const codec = sealingCodec(fixedRing([key]));
const payload = (value: unknown): Payload => defaultPayloadConverter.toPayload(value) ?? {};
const read = (one: Payload | undefined) => defaultPayloadConverter.fromPayload(one ?? {});
const bytes = ({ metadata, data }: Payload) =>
  Buffer.concat([...Object.values(metadata ?? {}), data ?? []].map((part) => Buffer.from(part as Uint8Array)));

test('every payload comes back as it was, and shows nothing of itself meanwhile', async () => {
  const text = fc.string({ minLength: 12 }).map((word) => `secret ${word}`);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(fc.jsonValue(), text)), async (values) => {
      const plain = JSON.parse(JSON.stringify(values)) as unknown[];
      const sealed = await codec.encode(plain.map(payload));
      expect(sealed.every(isSealed)).toBe(true);
      for (const one of sealed) expect(bytes(one).includes('secret ')).toBe(false);
      expect((await codec.decode(sealed)).map(read)).toEqual(plain);
    }),
  );
});

test('the same input is sealed differently each time', async () => {
  const [a, b] = await codec.encode([payload('same'), payload('same')]);
  expect(a?.data).not.toEqual(b?.data);
});

test('plain payloads, from before there was a codec, pass as they are', async () => {
  expect((await codec.decode([payload({ from: 'before' })])).map(read)).toEqual([{ from: 'before' }]);
});

test('after a rotation new payloads name the new key, and old ones are still read', async () => {
  const [before = {}] = await codec.encode([payload('before')]);
  const ring = fixedRing([other, key]);
  const rotated = sealingCodec(ring);
  const [after = {}] = await rotated.encode([payload('after')]);
  expect(Buffer.from(after.metadata?.[KEY_ID] ?? []).toString()).toBe(ring.newest().id);
  expect((await rotated.decode([before, after])).map(read)).toEqual(['before', 'after']);
});

test('a key that is not there is named; an altered payload, or one under another name, is not opened', async () => {
  const [sealed = {}] = await codec.encode([payload('x')]);
  const told: string[] = [];
  const elsewhere = sealingCodec(fixedRing([other], ({ message }) => told.push(message)));
  const missing = /data key [0-9a-f]{8}, which is not in HEADROOM_DATA_KEY/;
  for (let n = 0; n < 2; n += 1) await expect(elsewhere.decode([sealed])).rejects.toThrow(missing);
  expect(told).toEqual([expect.stringMatching(missing)]);
  const altered = Buffer.from(sealed.data ?? []);
  altered[20] = (altered[20] ?? 0) ^ 1;
  await expect(codec.decode([{ ...sealed, data: altered }])).rejects.toThrow();
  const both = fixedRing([key, other]);
  const renamed = { ...sealed.metadata, [KEY_ID]: Buffer.from(both.all()[1]?.id ?? '') };
  await expect(sealingCodec(both).decode([{ ...sealed, metadata: renamed }])).rejects.toThrow();
});

test('what a failure says, and its causes, travel as payloads', () => {
  const error = new Error('outer words', {
    cause: ApplicationFailure.create({ message: 'inner words', type: 'refused' }),
  });
  const failure = failureConverter.errorToFailure(error, defaultPayloadConverter);
  const { encodedAttributes, cause, ...plain } = failure;
  const { encodedAttributes: inner, ...plainCause } = cause ?? {};
  expect(JSON.stringify([plain, plainCause])).not.toMatch(/words|codec\.test/);
  expect(read(encodedAttributes ?? undefined)).toMatchObject({ message: 'outer words' });
  expect(read(inner ?? undefined)).toMatchObject({ message: 'inner words' });
  const back = failureConverter.failureToError(failure, defaultPayloadConverter);
  expect(back).toMatchObject({ message: 'outer words', cause: { message: 'inner words', type: 'refused' } });
});
