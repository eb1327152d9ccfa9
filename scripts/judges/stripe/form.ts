type Form = { [name: string]: Form | string };

/** `items[0][price]=p` as nested objects; an array's places are its keys. https://docs.stripe.com/api/metadata */
export function parseForm(text: string): Form {
  const form: Form = {};
  for (const [name, value] of new URLSearchParams(text)) {
    const path = name.split(/\]?\[|\]$/).filter((part, i) => part !== '' || i === 0);
    // `expand[]=a&expand[]=b`: the next free place.
    const keys = name.endsWith('[]') ? [...path, null] : path;
    let at: Form = form;
    keys.forEach((key, i) => {
      const place = key ?? String(Object.keys(at).length);
      if (i === keys.length - 1) at[place] = value;
      else at = inner(at, place);
    });
  }
  return form;
}

function inner(at: Form, place: string): Form {
  const found = at[place];
  if (typeof found === 'object') return found;
  const made: Form = {};
  at[place] = made;
  return made;
}
