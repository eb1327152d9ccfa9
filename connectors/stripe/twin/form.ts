/** Stripe's form encoding: `items[0][price]=p&expand[]=a`, in bodies and query strings alike. */
export type Param = string | Param[] | { [key: string]: Param };
export type Params = { [key: string]: Param };

export function parseForm(text: string): Params {
  const root: Params = {};
  for (const [name, value] of new URLSearchParams(text)) {
    const keys = [...name.matchAll(/^[^[]+|\[([^\]]*)\]/g)].map(([whole, inner]) => inner ?? whole);
    put(root, keys, value);
  }
  return listsOf(root) as Params; // the root's keys are names, so it stays an object
}

function put(node: Params, [key = '', ...rest]: string[], value: string): void {
  const name = key === '' ? String(Object.keys(node).length) : key;
  if (rest.length === 0) {
    node[name] = value;
    return;
  }
  const child = node[name];
  const next: Params = typeof child === 'object' && !Array.isArray(child) ? child : {};
  node[name] = next;
  put(next, rest, value);
}

/** Objects whose keys are 0, 1, 2 … are lists. */
function listsOf(param: Param): Param {
  if (typeof param === 'string' || Array.isArray(param)) return param;
  const keys = Object.keys(param);
  const children = Object.entries(param).map(([key, value]) => [key, listsOf(value)] as const);
  if (keys.length > 0 && keys.every((key, index) => key === String(index))) return children.map(([, value]) => value);
  return Object.fromEntries(children);
}
