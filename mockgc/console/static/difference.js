// What differs between two JSON values, field by field. Lists of entities are matched by id, lists of values as sets.

/** Rows of {path, kind: added | removed | changed, before, after}, in order of the fields. */
export function changes(before, after) {
  const [old, now] = [new Map(leaves(before ?? {}, "")), new Map(leaves(after ?? {}, ""))];
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((path) => {
    if (!old.has(path)) return [{ path, kind: "added", after: now.get(path) }];
    if (!now.has(path)) return [{ path, kind: "removed", before: old.get(path) }];
    return JSON.stringify(old.get(path)) === JSON.stringify(now.get(path)) ? []
      : [{ path, kind: "changed", before: old.get(path), after: now.get(path) }];
  });
}

function* leaves(value, path) {
  if (Array.isArray(value) && value.length) {
    for (const [i, item] of value.entries()) yield* leaves(item, `${path}[${name(item, i)}]`);
  } else if (value !== null && typeof value === "object" && Object.keys(value).length) {
    for (const [key, item] of Object.entries(value)) yield* leaves(item, path ? `${path}.${key}` : key);
  } else {
    yield [path, value];
  }
}

function name(item, i) {
  if (item === null || typeof item !== "object") return String(item);
  return item.id ?? item.userId ?? item.user?.id ?? i;
}
