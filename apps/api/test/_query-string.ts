/** An input as a query string, as REST takes it: lists as repeated keys, fields within fields by `.`. */
export function toSearch(input: object): URLSearchParams {
  const search = new URLSearchParams();
  const add = (key: string, value: unknown): void => {
    if (Array.isArray(value)) for (const item of value) add(key, item);
    else if (typeof value === "object" && value !== null)
      for (const [name, inner] of Object.entries(value)) add(`${key}.${name}`, inner);
    else search.append(key, String(value));
  };
  for (const [key, value] of Object.entries(input)) add(key, value);
  return search;
}
