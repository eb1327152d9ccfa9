type Shared = { users: number; started: Promise<{ value: unknown; stop: () => Promise<void> }> };

/** On the process, because every vitest project loads its set-up files anew. */
const store: Map<string, Shared> = Reflect.get(globalThis, '__headroomShared') ?? new Map();
Reflect.set(globalThis, '__headroomShared', store);

/**
 * One server for a whole test run, however many projects ask for it; the last one to leave stops it.
 * @param key names the server; always asked for with the same type
 */
export async function share<T>(
  key: string,
  start: () => Promise<{ value: T; stop: () => Promise<void> }>,
): Promise<{ value: T; leave: () => Promise<void> }> {
  const shared = store.get(key) ?? { users: 0, started: start() };
  store.set(key, shared);
  shared.users += 1;
  const { value, stop } = await shared.started;
  const leave = async () => {
    shared.users -= 1;
    if (shared.users > 0) return;
    store.delete(key);
    await stop();
  };
  // Safe: the key stands for one start function, hence one type.
  return { value: value as T, leave };
}
