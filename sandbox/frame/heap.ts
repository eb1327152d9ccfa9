/** A binary heap: the smallest by `before` comes first. */
export function createHeap<T>(before: (a: T, b: T) => boolean) {
  const items: T[] = [];
  const at = (index: number): T => {
    const item = items[index];
    if (item === undefined) throw new Error(`heap has no item ${index}`);
    return item;
  };
  const swap = (a: number, b: number) => {
    [items[a], items[b]] = [at(b), at(a)];
  };
  const rise = (start: number) => {
    for (let child = start; child > 0; ) {
      const parent = (child - 1) >> 1;
      if (!before(at(child), at(parent))) return;
      swap(child, parent);
      child = parent;
    }
  };
  const sink = () => {
    for (let parent = 0; ; ) {
      const left = 2 * parent + 1;
      if (left >= items.length) return;
      const child = left + 1 < items.length && before(at(left + 1), at(left)) ? left + 1 : left;
      if (!before(at(child), at(parent))) return;
      swap(child, parent);
      parent = child;
    }
  };
  return {
    size: () => items.length,
    peek: (): T | undefined => items[0],
    push: (item: T) => {
      items.push(item);
      rise(items.length - 1);
    },
    pop: (): T | undefined => {
      const first = items[0];
      const last = items.pop();
      if (items.length > 0 && last !== undefined) {
        items[0] = last;
        sink();
      }
      return first;
    },
    clear: () => {
      items.length = 0;
    },
  };
}
